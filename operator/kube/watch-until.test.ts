import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { WatchEvent } from './cluster.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';
import { SilentWatchError, watchUntil } from './watch-until.ts';

type Next = IteratorResult<WatchEvent<never>>;

/** A watch whose next event a test gives, and what was heard of it. */
function setUp(quietLimitMs = () => 1_000) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const heard: string[] = [];
  let next = Promise.withResolvers<Next>();
  const open = () => ({ [Symbol.asyncIterator]: () => ({ next: () => next.promise }) });
  const give = (resourceVersion: string) => {
    const given = next;
    next = Promise.withResolvers<Next>();
    given.resolve({ done: false, value: { type: 'BOOKMARK', resourceVersion, initialEventsEnd: false } });
  };
  const told: WeakRef<WatchEvent<never>>[] = [];
  const onEvent = (event: WatchEvent<never>) => {
    told.push(new WeakRef(event));
    if (event.type === 'BOOKMARK') heard.push(event.resourceVersion);
  };
  const running = watchUntil({ open, onEvent, clock, quietLimitMs, signal: stop.signal });
  running.catch(() => {});
  return { clock, stop, heard, told, give, running };
}

it.each<[string, (end: () => void) => void]>([
  ['at the end', (end) => end()],
  ['right before it', (end) => queueMicrotask(end)],
])('tells no event that comes %s', async (_when, soon) => {
  const { stop, heard, give, running } = setUp();
  give('1');
  await settle();
  give('2');
  soon(() => stop.abort(new Error('enough')));
  await expect(running).rejects.toThrow('enough');
  expect(heard).toEqual(['1']);
});

it('ends by silence, by the limit as it is after each event', async () => {
  const limits = [1_000, 5_000];
  const { clock, give, running, heard } = setUp(() => limits.shift() ?? 0);
  await clock.advance(900);
  give('1');
  await clock.advance(4_900);
  expect([heard, clock.pendingTimers]).toEqual([['1'], 1]);
  await clock.advance(100);
  await expect(running).rejects.toThrow(SilentWatchError);
  expect(clock.pendingTimers).toBe(0);
});

it('ends at once when told so by who hears of an event', async () => {
  const stop = new AbortController();
  const never = new Promise<Next>(() => {});
  const value = { type: 'BOOKMARK', resourceVersion: '1', initialEventsEnd: false } as const;
  const answers = [Promise.resolve({ done: false, value }), never];
  const running = watchUntil({
    open: () => ({ [Symbol.asyncIterator]: () => ({ next: () => answers.shift() ?? never }) }),
    onEvent: () => stop.abort(new Error('enough')),
    ...{ clock: new VirtualClock(), quietLimitMs: () => 1_000, signal: stop.signal },
  });
  await expect(running).rejects.toThrow('enough');
});

it('keeps no event that it has told: a watch lasts for minutes, and thousands come in one', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const { told, give, stop, running } = setUp();
  for (const version of ['1', '2', '3']) {
    give(version);
    await settle();
  }
  collectGarbage();
  // What the loop waits with may hold the last one.
  expect(told.slice(0, 2).map((event) => event.deref())).toEqual([undefined, undefined]);
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});
