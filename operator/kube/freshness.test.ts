import { expect, it } from 'vitest';
import { widget, widgetType } from './contract-objects.ts';
import { broken, setUp } from './testing/reflector-world.ts';
import { settle } from './testing/virtual-clock.ts';

const elsewhere = { ...widgetType, plural: 'gadgets' };

async function synced(more: Parameters<typeof setUp>[0] = {}) {
  const world = setUp(more);
  world.put('a', 1);
  world.reflector.start();
  await world.reflector.synced;
  await settle();
  return { ...world, ...proof(world.reflector) };
}

/** Starts proofs, and says how each stands. */
function proof(reflector: { proveFresh(signal: AbortSignal): Promise<void> }) {
  const stop = new AbortController();
  const outcomes: string[] = [];
  const prove = () =>
    reflector.proveFresh(stop.signal).then(
      () => void outcomes.push('fresh'),
      (error: Error) => void outcomes.push(error.message),
    );
  return { prove, outcomes, giveUp: () => stop.abort(new Error('given up')) };
}

it('a cache that has all is proven by one small read', async () => {
  const { reflector, cluster, prove, outcomes, clock } = await synced();
  const before = cluster.calls.length;
  await prove();
  const calls = cluster.calls.slice(before).map(({ verb }) => verb);
  expect([outcomes, calls, clock.now()]).toEqual([['fresh'], ['list'], 0]);
  await reflector.stop();
});

it('a watch that is only a little behind is waited for', async () => {
  const { reflector, cluster, prove, outcomes, put, sizeOf, count, clock } = await synced();
  cluster.watches.freeze();
  put('a', 2);
  void prove();
  await clock.advance(300);
  expect(outcomes).toEqual([]);
  cluster.watches.thaw();
  await settle();
  expect([outcomes, sizeOf('a'), count('watch')]).toEqual([['fresh'], 2, 1]);
  await reflector.stop();
});

it.each([true, false])(
  'a frozen watch is cut, and all is listed anew (streamed: %s)',
  async (streamsLists) => {
    const { reflector, cluster, prove, outcomes, put, sizeOf, clock } = await synced({ streamsLists });
    cluster.watches.freeze(widgetType);
    put('a', 2);
    void prove();
    await clock.advance(499);
    expect([outcomes, sizeOf('a')]).toEqual([[], 1]);
    await clock.advance(1);
    expect([outcomes, sizeOf('a')]).toEqual([['fresh'], 2]);
    put('a', 3);
    await settle();
    expect([sizeOf('a'), cluster.watches.count()]).toEqual([3, 1]);
    await reflector.stop();
  },
);

it('a quiet kind among busy ones is listed anew too, and nobody hears of changes', async () => {
  const { reflector, cluster, prove, outcomes, store, clock } = await synced();
  const heard: string[] = [];
  store.subscribe(({ type }) => heard.push(type));
  cluster.put(elsewhere, widget('ns', 'busy'));
  void prove();
  await clock.advance(500);
  expect([outcomes, heard]).toEqual([['fresh'], []]);
  await reflector.stop();
});

it('a pause after failures does not hold it up', async () => {
  const { reflector, cluster, prove, outcomes, put, sizeOf, clock } = await synced();
  cluster.failNext({ verb: 'watch', kind: 'Widget', error: broken(500), times: 5 });
  cluster.watches.cut(widgetType, broken(500));
  await clock.advance(13_000);
  put('a', 2);
  void prove();
  await clock.advance(500);
  expect([outcomes, sizeOf('a')]).toEqual([['fresh'], 2]);
  await reflector.stop();
});

it('reads that fail are repeated, and one that hangs is given up', async () => {
  const { reflector, cluster, prove, outcomes, clock } = await synced();
  cluster.failNext({ verb: 'list', kind: 'Widget', error: broken(503), times: 2 });
  let hanging = 1;
  cluster.intercept = ({ verb }, when) =>
    verb === 'list' && when === 'after' && hanging-- > 0 ? new Promise(() => {}) : undefined;
  void prove();
  await clock.advance(4_900);
  expect(outcomes).toEqual([]);
  await clock.advance(1_500);
  expect(outcomes).toEqual(['fresh']);
  await reflector.stop();
});

it('a store that is ahead of a consistent read is taken back by one: etcd was restored', async () => {
  const { reflector, cluster, prove, outcomes, store, rewinds, clock } = await synced();
  cluster.watches.send(widgetType, { type: 'BOOKMARK', resourceVersion: '1000', initialEventsEnd: false });
  await settle();
  expect(store.resourceVersion).toBe('1000');
  await prove();
  expect([outcomes, store.resourceVersion, await rewinds(), clock.now()]).toEqual([['fresh'], '2', 1, 0]);
  await reflector.stop();
});

it('ends after a minute, and with its signal, and leaves no timer', async () => {
  const { reflector, cluster, prove, outcomes, clock, giveUp } = await synced();
  cluster.failNext({ verb: 'list', kind: 'Widget', error: broken(500), times: 1_000 });
  void prove();
  await clock.advance(59_999);
  expect(outcomes).toEqual([]);
  await clock.advance(1);
  expect(outcomes).toEqual(['the cache of Widget is not proven fresh within 60000 ms']);
  void prove();
  await clock.advance(1_000);
  giveUp();
  await settle();
  expect(outcomes[1]).toBe('given up');
  await reflector.stop();
  expect(clock.pendingTimers).toBe(0);
});
