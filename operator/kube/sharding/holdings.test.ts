import { expect, it } from 'vitest';
import { settle } from '../testing/virtual-clock.ts';
import { Holdings, type ShardChange } from './holdings.ts';

function setUp() {
  const holdings = new Holdings();
  const changes: ShardChange[] = [];
  holdings.subscribe((change) => changes.push(change));
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
