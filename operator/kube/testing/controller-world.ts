import { pino } from 'pino';
import { afterEach, vi } from 'vitest';
import { type ConfigMap, configMapType, type Widget, widget, widgetType } from '../contract-objects.ts';
import { Controller, type ControllerOptions, type Reconcile } from '../controller.ts';
import { ApiError } from '../errors.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { createKubeMetrics } from '../metrics.ts';
import { Reflector } from '../reflector.ts';
import { done, type Result } from '../result.ts';
import { Store } from '../store.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

export const ref = (name: string) => ({ namespace: 'ns', name });
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A controller on a fake cluster with its caches synced; stopped when the test ends. */
export async function setUp(reconcile: Reconcile, more: Partial<ControllerOptions<Widget>> = {}) {
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
export function script(...results: (Result | Error)[]) {
  return vi.fn<Reconcile>(async () => {
    const next = results.shift() ?? done;
    if (next instanceof Error) throw next;
    return next;
  });
}

/** The keys reconciled so far, in order. */
export const keysOf = (reconcile: ReturnType<typeof script>) => reconcile.mock.calls.map(([key]) => key);
export const conflict = () =>
  new ApiError({ verb: 'apply', kind: 'Widget' }, { code: 409, message: 'changed' });
