import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { credentialsFrom } from './credentials.ts';

const user = { username: 'operator', password: 'secret' };
const never = () => new Promise<never>(() => {});

describe('credentialsFrom', () => {
  it.each([
    ['as they are', user],
    ['from a function', () => user],
    ['from a promise', async () => user],
  ])('gives credentials %s, and leaves no timer', async (_what, source) => {
    const clock = new VirtualClock();
    expect(await credentialsFrom(source, { timeoutMs: 5 }, clock)).toBe(user);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('sealed');
      },
    ],
    ['rejects', () => Promise.reject(new Error('sealed'))],
  ])('fails with what the function %s', async (_what, source) => {
    const clock = new VirtualClock();
    await expect(credentialsFrom(source, { timeoutMs: 5 }, clock)).rejects.toThrow('sealed');
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for ever', async () => {
    const clock = new VirtualClock();
    const late = credentialsFrom(never, { timeoutMs: 700 }, clock).catch((error) => error);
    await clock.advance(700);
    expect(await late).toMatchObject({ name: 'ConnectFailed', message: expect.stringContaining('700 ms') });
  });

  it('ends at the signal, with its reason', async () => {
    const abort = new AbortController();
    const clock = new VirtualClock();
    const aborted = credentialsFrom(never, { timeoutMs: 700, signal: abort.signal }, clock);
    abort.abort(new Error('shutting down'));
    await expect(aborted).rejects.toThrow('shutting down');
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks nobody once the signal has fired', async () => {
    const signal = AbortSignal.abort(new Error('shutting down'));
    const source = () => expect.unreachable('it was asked');
    await expect(credentialsFrom(source, { signal })).rejects.toThrow('shutting down');
  });
});
