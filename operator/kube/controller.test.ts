import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ConfigMap, configMapType, type Widget, widget, widgetType } from './contract-objects.ts';
import { Controller, type ControllerOptions, type Reconcile } from './controller.ts';
import { ApiError } from './errors.ts';
import { FakeCluster } from './fake-cluster.ts';
import { createKubeMetrics } from './metrics.ts';
import { Reflector } from './reflector.ts';
import { done, type Result } from './result.ts';
import { Store } from './store.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

const ref = (name: string) => ({ namespace: 'ns', name });
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function setUp(reconcile: Reconcile, more: Partial<ControllerOptions<Widget>> = {}) {
  const clock = new VirtualClock();
  const cluster = new FakeCluster({ clock });
  const [store, maps] = [new Store<Widget>(), new Store<ConfigMap>()];
  const metrics = createKubeMetrics();
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const shared = { cluster, clock, random: () => 1, log };
  const reflectors = [
    new Reflector({ ...shared, type: widgetType, store }),
    new Reflector({ ...shared, type: configMapType, store: maps }),
  ];
  for (const reflector of reflectors) reflector.start();
  await settle();
  const controller = new Controller<Widget>({
    ...{ ...shared, name: 'widget', type: widgetType, store, metrics, reconcile },
    ...more,
  });
  cleanups.push(async () => {
    const stopped = controller.stop(0);
    await clock.advance(5_000);
    await Promise.all([stopped, ...reflectors.map((reflector) => reflector.stop())]);
  });
  const put = (name: string, size = 1) => cluster.put(widgetType, widget('ns', name, { spec: { size } }));
  const total = async (result: string) =>
    (await metrics.reconciles.get()).values.find(({ labels }) => labels['result'] === result)?.value;
  const sum = async (which: 'reconcileErrors' | 'terminalErrors' | 'reconcilePanics' | 'reconcileTimeouts') =>
    (await metrics[which].get()).values[0]?.value;
  return { clock, cluster, store, maps, controller, put, total, sum, lines, metrics };
}

/** A reconciler that remembers its keys and gives these results in turn, then `done`. */
function script(...results: (Result | Error)[]) {
  return vi.fn<Reconcile>(async () => {
    const next = results.shift() ?? done;
    if (next instanceof Error) throw next;
    return next;
  });
}

const keysOf = (reconcile: ReturnType<typeof script>) => reconcile.mock.calls.map(([key]) => key);
const conflict = () => new ApiError({ verb: 'apply', kind: 'Widget' }, { code: 409, message: 'changed' });

describe('Controller', () => {
  it('reconciles what is there at the start, and what changes', async () => {
    const reconcile = script();
    const { controller, put, cluster } = await setUp(reconcile);
    put('old');
    await settle();
    expect(reconcile).not.toHaveBeenCalled();
    controller.start();
    await settle();
    put('new');
    await settle();
    cluster.remove(widgetType, ref('old'));
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/old', 'ns/new', 'ns/old']);
  });

  it('does what was there at the start after real changes', async () => {
    const reconcile = script();
    const { controller, put } = await setUp(reconcile, { workers: 1 });
    for (const name of ['a', 'b', 'c']) put(name);
    await settle();
    controller.start();
    controller.enqueue('ns/urgent');
    await settle();
    // The worker was free when the first of the old ones came.
    expect(keysOf(reconcile)).toEqual(['ns/a', 'ns/urgent', 'ns/b', 'ns/c']);
  });

  it('maps other kinds to keys; an update wakes what the object meant before, too', async () => {
    const reconcile = script();
    const { controller, cluster, maps } = await setUp(reconcile);
    controller.watch(configMapType, maps, ({ data }) => (data?.['of'] ? [`ns/${data['of']}`] : []));
    controller.start();
    const map = (of: string) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'ns', name: 'm' }, data: { of } },
    });
    cluster.put(configMapType, map('a'));
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/a']);
    cluster.put(configMapType, map('b'));
    await settle();
    expect(keysOf(reconcile).slice(1).sort()).toEqual(['ns/a', 'ns/b']);
  });

  it('leaves out changes that it does not accept', async () => {
    const reconcile = script();
    const accepts: ControllerOptions<Widget>['accepts'] = ({ object }) => object.spec?.size !== 0;
    const { controller, put } = await setUp(reconcile, { accepts });
    controller.start();
    put('a', 0);
    put('b', 1);
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/b']);
  });

  it('never runs two reconciles of one key, but those of several keys at once', async () => {
    const running = new Set<string>();
    let most = 0;
    const gates: (() => void)[] = [];
    const { controller, put } = await setUp(async (key) => {
      expect(running.has(key)).toBe(false);
      running.add(key);
      most = Math.max(most, running.size);
      await new Promise<void>((resolve) => gates.push(resolve));
      running.delete(key);
      return done;
    });
    controller.start();
    for (let size = 1; size <= 3; size++) {
      put('a', size);
      put('b', size);
      await settle();
    }
    expect([most, gates.length]).toEqual([2, 2]);
    for (const open of gates.splice(0)) open();
    await settle();
    for (const open of gates) open();
  });
});

describe('results', () => {
  it('again: looks again after that time, or earlier on a change', async () => {
    const reconcile = script({ kind: 'again', afterMs: 1_000 }, { kind: 'again', afterMs: 1_000 });
    const { controller, put, clock, total } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(999);
    expect(reconcile).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(reconcile).toHaveBeenCalledTimes(2);
    put('a', 2);
    await settle();
    expect(reconcile).toHaveBeenCalledTimes(3);
    expect([await total('requeue_after'), await total('success')]).toEqual([2, 1]);
  });

  it('retry: backs off, doubling, and forgets the back-off after a success', async () => {
    const failure: Result = { kind: 'retry', error: new Error('host away') };
    const reconcile = script(failure, failure, failure, done, failure);
    const { controller, put, clock, sum, total } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(5 + 10 + 20);
    expect(reconcile).toHaveBeenCalledTimes(4);
    put('a', 2);
    await settle();
    await clock.advance(5);
    expect(reconcile).toHaveBeenCalledTimes(6);
    expect([await sum('reconcileErrors'), await sum('reconcilePanics'), await total('error')]).toEqual([
      4, 0, 4,
    ]);
  });

  it('failed: rests until the object changes', async () => {
    const reconcile = script({ kind: 'failed', error: new Error('no such image') });
    const { controller, put, clock, sum, lines } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(3_600_000);
    expect(reconcile).toHaveBeenCalledTimes(1);
    expect([await sum('terminalErrors'), await sum('reconcileErrors')]).toEqual([1, 1]);
    expect(lines.filter(({ level }) => level === 50)).toHaveLength(1);
    put('a', 2);
    await settle();
    expect(reconcile).toHaveBeenCalledTimes(2);
  });

  it('an exception is caught, counted, told and retried; other keys are not touched', async () => {
    const reconcile = vi.fn<Reconcile>(async (key) => {
      if (key === 'ns/bad' && reconcile.mock.calls.length < 4)
        throw new TypeError('undefined is no function');
      return done;
    });
    const { controller, put, clock, sum, lines } = await setUp(reconcile);
    controller.start();
    put('bad');
    put('good');
    await clock.advance(1_000);
    expect(keysOf(reconcile)).toEqual(['ns/bad', 'ns/good', 'ns/bad', 'ns/bad']);
    expect(await sum('reconcilePanics')).toBe(2);
    expect(lines.filter(({ level, err }) => level === 40 && err).length).toBe(2);
  });

  it('a conflict is retried without noise', async () => {
    const reconcile = script(conflict(), { kind: 'retry', error: conflict() });
    const { controller, put, clock, sum, total, lines } = await setUp(reconcile);
    controller.start();
    put('a');
    await clock.advance(1_000);
    expect(reconcile).toHaveBeenCalledTimes(3);
    expect([await sum('reconcileErrors'), await sum('reconcilePanics'), await total('requeue')]).toEqual([
      0, 0, 2,
    ]);
    expect(lines.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });
});

describe('the reconcile context', () => {
  it('has a log that names controller, reconcile and object', async () => {
    const { controller, put, lines } = await setUp(async (_key, { log, reconcileId }) => {
      log.info({ reconcileId }, 'hello');
      return done;
    });
    controller.start();
    put('a');
    await settle();
    const line = lines.find(({ msg }) => msg === 'hello');
    expect(line).toMatchObject({ controller: 'widget', Widget: ref('a') });
    expect(line?.['reconcileID']).toBe(line?.['reconcileId']);
  });

  it('aborts the signal when the time is up, and counts that', async () => {
    const reconcile = vi.fn<Reconcile>(
      (_key, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const { controller, put, clock, sum, lines } = await setUp(reconcile, { reconcileTimeoutMs: 1_000 });
    controller.start();
    put('a');
    await clock.advance(1_004);
    expect([await sum('reconcileTimeouts'), await sum('reconcilePanics')]).toEqual([1, 0]);
    expect(JSON.stringify(lines)).toContain('was not done within 1000 ms');
    expect(reconcile).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(reconcile).toHaveBeenCalledTimes(2);
  });

  it('a reconcile that ignores its signal keeps its key, but not its worker', async () => {
    const { promise, resolve } = Promise.withResolvers<Result>();
    const reconcile = vi.fn<Reconcile>((key) => (key === 'ns/stuck' ? promise : Promise.resolve(done)));
    const { controller, put, clock } = await setUp(reconcile, { workers: 1, reconcileTimeoutMs: 1_000 });
    controller.start();
    put('stuck');
    await settle();
    put('other');
    put('stuck', 2);
    await clock.advance(5_900);
    expect(keysOf(reconcile)).toEqual(['ns/stuck']);
    await clock.advance(200);
    expect(keysOf(reconcile)).toEqual(['ns/stuck', 'ns/other']);
    resolve(done);
    await settle();
    expect(keysOf(reconcile)).toEqual(['ns/stuck', 'ns/other', 'ns/stuck']);
  });
});

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

describe('stop', () => {
  it('waits for reconciles under way, and takes no more', async () => {
    const { promise, resolve } = Promise.withResolvers<Result>();
    const reconcile = vi.fn<Reconcile>(() => promise);
    const { controller, put, clock } = await setUp(reconcile, { workers: 1 });
    controller.start();
    put('a');
    put('b');
    await settle();
    let left: string[] | undefined;
    const stopped = controller.stop(30_000).then((keys) => (left = keys));
    await clock.advance(10_000);
    expect(left).toBeUndefined();
    resolve(done);
    await stopped;
    put('c');
    await settle();
    expect([left, keysOf(reconcile)]).toEqual([[], ['ns/a']]);
  });

  it('aborts what outlasts the grace period, and names what ignores even that', async () => {
    const aborted: string[] = [];
    const { controller, put, clock } = await setUp((key, { signal }) => {
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.push(key);
          if (key === 'ns/heeds') resolve(done);
        });
      });
    });
    controller.start();
    put('heeds');
    put('ignores');
    await settle();
    const stopped = controller.stop(10_000);
    await clock.advance(9_999);
    expect(aborted).toEqual([]);
    await clock.advance(5_000);
    expect(aborted.sort()).toEqual(['ns/heeds', 'ns/ignores']);
    expect(await stopped).toEqual(['ns/ignores']);
  });
});
