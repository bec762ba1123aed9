import { describe, expect, it } from 'vitest';
import { settleAll } from './settle.ts';

describe('settleAll', () => {
  it('gives the values in order', async () => {
    const [text, number] = await settleAll([Promise.resolve('a'), Promise.resolve(1)]);
    expect([text, number]).toEqual(['a', 1]);
  });

  it('fails with the first error, but only once all have ended', async () => {
    const slow = Promise.withResolvers<void>();
    const log: string[] = [];
    const all = settleAll([
      slow.promise.then(() => log.push('slow')),
      Promise.reject(new Error('first')),
      slow.promise.then(() => Promise.reject(new Error('second'))),
    ]).catch((error: Error) => log.push(error.message));
    await Promise.resolve();
    expect(log).toEqual([]);
    slow.resolve();
    await all;
    expect(log).toEqual(['slow', 'first']);
  });
});
