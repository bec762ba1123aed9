import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { waitFor } from '../../hack/wait.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { type Widget, widget, widgetType } from '../../operator/kube/contract-objects.ts';
import { Controller } from '../../operator/kube/controller.ts';
import { LeaderElector } from '../../operator/kube/lease.ts';
import { leaseType } from '../../operator/kube/lease-object.ts';
import { Manager } from '../../operator/kube/manager.ts';
import { EventRecorder, eventType } from '../../operator/kube/recorder.ts';
import { Reflector } from '../../operator/kube/reflector.ts';
import { done } from '../../operator/kube/result.ts';
import { Store } from '../../operator/kube/store.ts';
import { type Client, connect, prepare } from './kube-client.ts';

let client: Client;
let namespace: string;
const log = pino({ level: 'silent' });
const finalizer = 'contract.vmfabric.io/runtime';

beforeAll(async () => {
  client = await connect(inject('kubeconfig'));
  namespace = await prepare(client.cluster);
});

afterAll(() => client.transport.close());

it('the Lease goes from one elector to the other when the first one stops', async () => {
  const { cluster } = client;
  const lease = { namespace, name: 'election' };
  const events: string[] = [];
  const elector = (identity: string) =>
    new LeaderElector({
      ...{ cluster, lease, identity, log, clock: systemClock, random: Math.random },
      ...{ leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 200 },
      onStartedLeading: () => events.push(`${identity} leads`),
      onStoppedLeading: () => events.push(`${identity} lost`),
    });
  const [a, b] = [elector('a'), elector('b')];
  a.start();
  await waitFor('a to lead', () => a.isLeader, { timeoutMs: 10_000 });
  b.start();
  const renewal = async () => (await cluster.get(leaseType, lease)).spec.renewTime;
  const first = await renewal();
  await waitFor('a renewal', async () => (await renewal()) !== first, { timeoutMs: 10_000 });
  expect(b.isLeader).toBe(false);
  await a.stop();
  await waitFor('b to lead', () => b.isLeader, { timeoutMs: 10_000 });
  expect((await cluster.get(leaseType, lease)).spec).toMatchObject({
    holderIdentity: 'b',
    leaseTransitions: 1,
  });
  await b.stop();
  expect(events).toEqual(['a leads', 'b leads']);
});

/** Adds a finalizer, then says so in the status; takes it away once the object is being deleted. */
function widgetController(store: Store<Widget>, recorder: EventRecorder) {
  return new Controller<Widget>({
    ...{ name: 'widget', cluster: client.cluster, type: widgetType, store, log },
    ...{ clock: systemClock, random: Math.random },
    reconcile: async (key, { cluster }) => {
      const object = store.get(key);
      if (!object) return done;
      const wanted = object.metadata.deletionTimestamp ? [] : [finalizer];
      const held = await cluster.setFinalizers(widgetType, object, wanted);
      if (object.metadata.deletionTimestamp) return done;
      await cluster.patchStatus(widgetType, held, { ready: true });
      recorder.record(held, { type: 'Normal', reason: 'Ready', action: 'Reconcile', note: 'it is ready' });
      return done;
    },
  });
}

it('a controller brings objects to where they shall be, and back to nothing, with an event for each', async () => {
  const { cluster } = client;
  const store = new Store<Widget>();
  const shared = { cluster, clock: systemClock, random: Math.random, log };
  const reflector = new Reflector({ ...shared, type: widgetType, store, namespace });
  const reporting = { reportingController: 'contract.vmfabric.io/test', reportingInstance: 'test' };
  const recorder = new EventRecorder({ ...shared, ...reporting });
  const controllers = [widgetController(store, recorder)];
  const manager = new Manager({
    reflectors: [reflector],
    controllers,
    log,
    closers: [() => recorder.stop()],
  });
  const names = ['x', 'y', 'z'];
  for (const name of names) await cluster.create(widgetType, widget(namespace, name, { spec: { size: 1 } }));
  await manager.start();
  const isReady = (name: string) => store.get(`${namespace}/${name}`)?.status?.ready === true;
  await waitFor('all to be ready', () => names.every(isReady), { timeoutMs: 20_000 });
  for (const object of store.list()) await cluster.delete(widgetType, object.metadata);
  await waitFor('all to be gone', () => store.size === 0, { timeoutMs: 20_000 });
  await manager.stop();
  const { items } = await cluster.list(eventType, { namespace });
  const regarding = items.map(
    (event) => (event as unknown as { regarding: { name: string } }).regarding.name,
  );
  expect(regarding.sort()).toEqual(names);
});
