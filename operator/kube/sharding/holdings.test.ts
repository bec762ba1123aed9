import { expect, it } from 'vitest';
import { settle } from '../testing/virtual-clock.ts';
import { Holdings, type ShardChange } from './holdings.ts';

function setUp() {
  const holdings = new Holdings();
  const changes: ShardChange[] = [];
  holdings.subscribe((change) => changes.push(change));
  holdings.take(1);
  holdings.open(1);
  const { promise, resolve } = Promise.withResolvers<string>();
  let signal: AbortSignal | undefined;
  const running = holdings.run(1, (given) => {
    signal = given;
    return promise;
  });
  return { holdings, changes, running, finish: resolve, isAborted: () => signal?.aborted };
}

it('a drain aborts the work under way, waits for its end, and lets nothing begin', async () => {
  const { holdings, changes, running, finish, isAborted } = setUp();
  let isDrained = false;
  const draining = holdings.drain(1).then(() => {
    isDrained = true;
  });
  await settle();
  expect([isAborted(), isDrained, holdings.has(1), holdings.isOpen(1)]).toEqual([true, false, true, false]);
  await expect(holdings.run(1, async () => 'late')).rejects.toThrow('shard 1 is not open');
  finish('ended');
  expect(await running).toBe('ended');
  await draining;
  expect(changes).toEqual([
    { shard: 1, owned: true },
    { shard: 1, owned: false },
  ]);
});

it('a drain waits for work that fails as for any other', async () => {
  const holdings = new Holdings();
  holdings.take(2);
  holdings.open(2);
  const { promise, reject } = Promise.withResolvers<void>();
  const running = holdings.run(2, () => promise);
  const draining = holdings.drain(2);
  reject(new Error('broken'));
  await expect(running).rejects.toThrow('broken');
  await draining;
});

it('what is dropped is aborted and not waited for; told once', async () => {
  const { holdings, changes, finish, isAborted } = setUp();
  holdings.drop(1);
  holdings.drop(1);
  expect([isAborted(), holdings.has(1), changes.length]).toEqual([true, false, 2]);
  finish('ended');
});

it('what is held and not opened yet takes no work, and nobody hears of it', async () => {
  const { holdings, changes } = setUp();
  holdings.take(3);
  expect([holdings.has(3), holdings.isOpen(3)]).toEqual([true, false]);
  await expect(holdings.run(3, async () => 'early')).rejects.toThrow('shard 3 is not open');
  holdings.drop(3);
  holdings.open(3);
  expect([holdings.has(3), changes.length]).toEqual([false, 1]);
});

it.each(['kept', 'lost and won back'])(
  'work that heeds no abort is waited for on a shard that was %s',
  async (how) => {
    const { holdings, finish } = setUp();
    void holdings.drain(1);
    if (how !== 'kept') holdings.drop(1);
    holdings.take(1);
    holdings.open(1);
    let isDrained = false;
    const draining = holdings.drain(1).then(() => {
      isDrained = true;
    });
    await settle();
    expect(isDrained).toBe(false);
    finish('ended');
    await draining;
  },
);

it('a shard that was given up and won back is not held without a break; one that was drained and kept is', async () => {
  const { holdings, finish } = setUp();
  const isUnbroken = holdings.unbroken(1);
  finish('ended');
  await holdings.drain(1);
  holdings.open(1);
  expect(isUnbroken()).toBe(true);
  holdings.drop(1);
  holdings.take(1);
  expect([isUnbroken(), holdings.unbroken(1)(), holdings.unbroken(7)()]).toEqual([false, true, false]);
});

it('closed, it drains all, and takes and opens nothing any more', async () => {
  const { holdings, finish, isAborted } = setUp();
  holdings.take(2);
  const closing = holdings.close();
  holdings.open(2);
  holdings.take(3);
  expect([isAborted(), holdings.isOpen(2), holdings.has(3)]).toEqual([true, false, false]);
  finish('ended');
  await closing;
});

it('may be opened again after a drain, with a signal of its own', async () => {
  const { holdings, finish } = setUp();
  finish('ended');
  await holdings.drain(1);
  holdings.open(1);
  expect(await holdings.run(1, async (signal) => signal.aborted)).toBe(false);
});

it('a drain of what is not held is over at once', async () => {
  await new Holdings().drain(7);
});
