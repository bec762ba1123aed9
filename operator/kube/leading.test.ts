import { pino } from 'pino';
import { expect, it } from 'vitest';
import { type Widget, widget, widgetType } from './contract-objects.ts';
import { Controller } from './controller.ts';
import { FakeCluster } from './fake-cluster.ts';
import { LeaderElector } from './lease.ts';
import { Manager } from './manager.ts';
import { Reflector } from './reflector.ts';
import { done } from './result.ts';
import { Store } from './store.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

/** A replica that writes down what it believes of Widget ns/a whenever it reconciles it. */
function replica(identity: string, cluster: FakeCluster, clock: VirtualClock) {
  const shared = { cluster, clock, random: () => 0, log: pino({ level: 'silent' }) };
  const store = new Store<Widget>();
  const believed: (number | undefined)[] = [];
  const lost: Error[] = [];
  const controller = new Controller<Widget>({
    ...{ ...shared, name: 'widget', type: widgetType, store },
    reconcile: async (key) => {
      believed.push(store.get(key)?.spec?.size);
      return done;
    },
  });
  const manager = new Manager({
    ...{ log: shared.log, controllers: [controller], onLost: (reason) => lost.push(reason) },
    reflectors: [new Reflector({ ...shared, type: widgetType, store })],
    elector: (callbacks) =>
      new LeaderElector({ ...shared, identity, lease: { namespace: 'ns', name: 'l' }, ...callbacks }),
  });
  const stop = async () => {
    const stopped = manager.stop();
    await clock.advance(5_000);
    await stopped;
  };
  return { manager, believed, store, lost, stop };
}

async function standbyBehindLeader() {
  const clock = new VirtualClock();
  const cluster = new FakeCluster({ clock });
  const put = (size: number) => cluster.put(widgetType, widget('ns', 'a', { spec: { size } }));
  put(1);
  const [leader, standby] = [replica('leader', cluster, clock), replica('standby', cluster, clock)];
  await leader.manager.start();
  await clock.advance(1_000);
  await standby.manager.start();
  await clock.advance(10_000);
  expect([leader.believed, standby.believed]).toEqual([[1], []]);
  return { clock, cluster, put, leader, standby };
}

it('a standby whose watch froze acts on nothing old when it becomes leader', async () => {
  const { clock, cluster, put, leader, standby } = await standbyBehindLeader();
  cluster.watches.freeze(widgetType);
  put(2);
  await settle();
  expect(standby.store.get('ns/a')?.spec?.size).toBe(1);
  await leader.stop();
  await clock.advance(5_000);
  expect(standby.believed).toEqual([2]);
  await standby.stop();
});

it('a standby that cannot read the truth does not act at all, and gives up after a minute', async () => {
  const { clock, cluster, put, leader, standby } = await standbyBehindLeader();
  cluster.watches.freeze();
  put(2);
  cluster.intercept = ({ verb }, when) => {
    if (when === 'before' && verb === 'list') throw new Error('no way to the API server');
  };
  await leader.stop();
  await clock.advance(50_000);
  expect([standby.believed, standby.lost]).toEqual([[], []]);
  await clock.advance(15_000);
  expect(standby.believed).toEqual([]);
  expect(standby.lost.map(({ message }) => message)).toEqual([
    'the cache of Widget is not proven fresh within 60000 ms',
  ]);
  await standby.stop();
});
