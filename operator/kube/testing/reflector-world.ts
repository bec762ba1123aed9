import { pino } from 'pino';
import { type Widget, widget, widgetType } from '../contract-objects.ts';
import { ApiError } from '../errors.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { createKubeMetrics } from '../metrics.ts';
import { Reflector, type ReflectorOptions } from '../reflector.ts';
import { Store } from '../store.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A reflector of Widgets on a fake cluster, not started. */
export function setUp(more: Partial<ReflectorOptions<Widget>> = {}) {
  const clock = new VirtualClock();
  const cluster = new FakeCluster({ clock });
  const store = new Store<Widget>();
  const metrics = createKubeMetrics();
  const reflector = new Reflector({
    ...{ cluster, clock, store, metrics, type: widgetType, random: () => 0, log: pino({ level: 'silent' }) },
    ...more,
  });
  const put = (name: string, size: number) => cluster.put(widgetType, widget('ns', name, { spec: { size } }));
  /** Lists asked for, streamed ones included; watches, which streamed lists are as well. */
  const count = (verb: 'list' | 'watch') =>
    cluster.calls.filter((call) => call.verb === verb || (verb === 'list' && call.streamsList)).length;
  const sizeOf = (name: string) => store.get(`ns/${name}`)?.spec?.size;
  const names = () => store.list().map(({ metadata }) => metadata.name);
  const rewinds = async () => (await metrics.rewinds.get()).values[0]?.value;
  return { clock, cluster, store, reflector, put, count, sizeOf, names, rewinds };
}

export const broken = (code: number) =>
  new ApiError({ verb: 'x', kind: 'Widget' }, { code, message: 'broken' });
export const reset = () => Object.assign(new Error('terminated'), { code: 'ECONNRESET' });
