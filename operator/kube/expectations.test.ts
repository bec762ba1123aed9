import { describe, expect, it, vi } from 'vitest';
import { configMapType, type Widget, widget, widgetType } from './contract-objects.ts';
import type { Reconcile } from './controller.ts';
import { Expectations } from './expectations.ts';
import { done } from './result.ts';
import { Store } from './store.ts';
import { keysOf, ref, setUp } from './testing/controller-world.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

describe('stale-cache guard', () => {
  it('holds a key back until the cache has seen what its reconcile wrote', async () => {
    const reconcile = vi.fn<Reconcile>(async (_key, context) => {
      const object = await context.cluster.get(widgetType, ref('a'));
      await context.cluster.patchStatus(widgetType, object, { ready: true });
      return done;
    });
    const { controller, put, clock, cluster, metrics } = await setUp(reconcile);
    controller.start();
    put('a');
    await Promise.resolve();
    await settle();
    // Its own status write came back by the watch: one more reconcile, which changes nothing.
    expect(reconcile).toHaveBeenCalledTimes(2);
    cluster.watches.freeze(widgetType);
    cluster.edit<Widget>(widgetType, ref('a'), (draft) => {
      draft.status = {};
    });
    controller.enqueue('ns/a');
    await settle();
    expect(reconcile).toHaveBeenCalledTimes(3);
    controller.enqueue('ns/a');
    await clock.advance(950);
    expect(reconcile).toHaveBeenCalledTimes(3);
    expect((await metrics.staleCacheSkips.get()).values[0]?.value).toBe(10);
    cluster.watches.thaw(widgetType);
    await clock.advance(100);
    expect(reconcile.mock.calls.length).toBeGreaterThan(3);
  });

  it('never lets a child be made twice, however late the cache', async () => {
    const { controller, put, clock, cluster, maps } = await setUp(async (_key, context) => {
      if (maps.size > 0) return done;
      const name = `child-${context.reconcileId}`;
      const metadata = { namespace: 'ns', name };
      await context.cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
      return { kind: 'again', afterMs: 0 };
    });
    controller.watch(configMapType, maps, () => []);
    cluster.watches.freeze(configMapType);
    controller.start();
    put('a');
    await clock.advance(5_000);
    put('a', 2);
    await clock.advance(5_000);
    cluster.watches.thaw(configMapType);
    await clock.advance(5_000);
    expect(cluster.objects(configMapType)).toHaveLength(1);
  });

  it('holds a key back whose object its reconcile let go, until the cache has seen it gone', async () => {
    const reconcile = vi.fn<Reconcile>(async (key, context) => {
      const object = store.get(key);
      if (object) await context.cluster.setFinalizers(widgetType, object, []);
      return done;
    });
    const { controller, store, clock, cluster } = await setUp(reconcile);
    cluster.put(widgetType, widget('ns', 'a', { metadata: { finalizers: ['example.com/a'] } }));
    cluster.remove(widgetType, ref('a'));
    await settle();
    cluster.watches.freeze(widgetType);
    controller.start();
    await settle();
    controller.enqueue('ns/a');
    await clock.advance(1_000);
    expect(reconcile).toHaveBeenCalledTimes(1);
    cluster.watches.thaw(widgetType);
    await clock.advance(1_000);
    expect(reconcile.mock.calls.length).toBeGreaterThan(1);
    expect(cluster.calls.filter(({ verb }) => verb === 'setFinalizers')).toHaveLength(1);
  });

  it('does not hold other keys back', async () => {
    const reconcile = vi.fn<Reconcile>(async (key, context) => {
      const name = key.slice(3);
      await context.cluster.apply(widgetType, widget('ns', name, { spec: { size: 9 } }), {
        ...{ fieldManager: 'test', force: true },
      });
      return done;
    });
    const { controller, put, clock, cluster } = await setUp(reconcile);
    put('a');
    put('b');
    await settle();
    cluster.watches.freeze();
    controller.start();
    controller.enqueue('ns/a');
    await clock.advance(50);
    controller.enqueue('ns/b');
    await clock.advance(50);
    expect(keysOf(reconcile).sort()).toEqual(['ns/a', 'ns/b']);
  });
});

it('waits 10 minutes at most for a version that never comes, as after a restore of etcd', () => {
  const clock = new VirtualClock();
  const [expectations, store] = [new Expectations(clock), new Store<Widget>()];
  store.replace([], '3');
  const written = widget('ns', 'a', { metadata: { resourceVersion: '7' } });
  expectations.expect('ns/a', store, written as unknown as Widget);
  clock.advanceSync(599_999);
  expect(expectations.areMet('ns/a')).toBe(false);
  clock.advanceSync(1);
  expect(expectations.areMet('ns/a')).toBe(true);
});
