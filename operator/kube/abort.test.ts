import { expect, it } from 'vitest';
import { abortWith, untilAborted } from './abort.ts';

const reason = new Error('enough');

it('gives what the work gives, and leaves no listener behind', async () => {
  const end = new AbortController();
  expect(await untilAborted(Promise.resolve(7), end.signal)).toBe(7);
  await expect(untilAborted(Promise.reject(new Error('broken')), end.signal)).rejects.toThrow('broken');
  expect(await untilAborted(Promise.resolve(8), undefined)).toBe(8);
  end.abort(reason); // would reject a promise that nobody handles
});

it('ends with the reason of the signal, and what the work comes to is of no concern any more', async () => {
  const end = new AbortController();
  const { promise, reject } = Promise.withResolvers<void>();
  const ended = untilAborted(promise, end.signal);
  end.abort(reason);
  await expect(ended).rejects.toBe(reason);
  await expect(untilAborted(promise, end.signal)).rejects.toBe(reason);
  reject(new Error('late'));
});

it('one controller is aborted with any of several signals, for its reason, until released', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const [end, released] = [new AbortController(), new AbortController()];
  abortWith(end, a.signal, b.signal);
  abortWith(released, a.signal, b.signal)();
  b.abort(reason);
  a.abort(new Error('later'));
  expect([end.signal.reason, released.signal.aborted]).toEqual([reason, false]);
});

it('with a signal that is aborted already it is aborted at once', () => {
  const end = new AbortController();
  abortWith(end, AbortSignal.abort(reason));
  expect(end.signal.reason).toBe(reason);
});
