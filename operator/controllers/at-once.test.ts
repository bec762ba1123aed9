import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { atOnce } from './at-once.ts';

const items = (count: number) => Array.from({ length: count }, (_, index) => index);

async function watched(count: number, most: number, fails = (_item: number) => false) {
  const seen = { begun: [] as number[], ended: 0, inWork: 0, mostInWork: 0, error: undefined as unknown };
  const work = async (item: number) => {
    seen.begun.push(item);
    seen.inWork += 1;
    seen.mostInWork = Math.max(seen.mostInWork, seen.inWork);
    await setImmediate();
    seen.inWork -= 1;
    seen.ended += 1;
    if (fails(item)) throw new Error(`${item} failed`);
  };
  await atOnce(items(count), most, work).catch((error: unknown) => {
    seen.error = error;
  });
  return seen;
}

describe('work that is done at once', () => {
  it('is done for each item once, in their order, so many at once', async () => {
    const seen = await watched(20, 3);
    expect(seen).toMatchObject({ begun: items(20), ended: 20, mostInWork: 3, error: undefined });
  });

  it('may be less than could be at once, or none', async () => {
    expect(await watched(2, 8)).toMatchObject({ ended: 2, mostInWork: 2 });
    expect(await watched(0, 8)).toMatchObject({ ended: 0, error: undefined });
  });

  it('goes on for the others when one fails, and has ended before that is thrown', async () => {
    const seen = await watched(20, 3, (item) => item === 4);
    expect(seen).toMatchObject({ ended: 20, inWork: 0, error: new Error('4 failed') });
  });

  it('is tried so many times at most when it fails for all', async () => {
    expect(await watched(5_000, 3, () => true)).toMatchObject({ begun: [0, 1, 2], inWork: 0 });
  });
});
