import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { sleep } from './clock.ts';
import { widget, widgetType } from './contract-objects.ts';
import { FakeCluster } from './fake-cluster.ts';
import { type EventRecord, EventRecorder, eventType } from './recorder.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

function setUp() {
  const clock = new VirtualClock();
  const cluster = new FakeCluster({ clock });
  let draws = 0;
  const recorder = new EventRecorder({
    ...{ cluster, clock, log: pino({ level: 'silent' }), random: () => (++draws % 1e6) / 1e6 },
    ...{ reportingController: 'example.com/controller', reportingInstance: 'pod-1' },
  });
  const object = cluster.put(widgetType, widget('ns', 'w'));
  return { clock, cluster, recorder, object, events: () => cluster.objects(eventType) };
}

const event: EventRecord = {
  type: 'Warning',
  reason: 'Unschedulable',
  action: 'Place',
  note: 'no host fits',
};

describe('EventRecorder', () => {
  it('records what events.k8s.io/v1 asks for, in the namespace of the object', async () => {
    const { recorder, object, events } = setUp();
    recorder.record(object, event);
    await recorder.flush();
    const { uid, resourceVersion } = object.metadata;
    expect(events()).toEqual([
      expect.objectContaining({
        ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', ...event },
        eventTime: '2026-01-01T00:00:00.000000Z',
        regarding: {
          ...{ apiVersion: 'contract.vmfabric.io/v1', kind: 'Widget', namespace: 'ns', name: 'w' },
          uid,
          resourceVersion,
        },
        reportingController: 'example.com/controller',
        reportingInstance: 'pod-1',
      }),
    ]);
    expect(events()[0]?.metadata).toMatchObject({
      namespace: 'ns',
      name: expect.stringMatching(/^w\.[0-9a-f]{12}$/),
    });
  });

  it('puts events of cluster-scoped objects into "default"', async () => {
    const { recorder, object, events } = setUp();
    const { namespace: _none, ...metadata } = object.metadata;
    recorder.record({ ...object, metadata }, event);
    await recorder.flush();
    expect(events()[0]?.metadata.namespace).toBe('default');
    expect(events()[0]).not.toHaveProperty('regarding.namespace');
  });

  it('records the same once in 2 minutes, and what differs at once', async () => {
    const { recorder, object, events, clock } = setUp();
    for (let i = 0; i < 5; i++) recorder.record(object, event);
    await recorder.flush();
    expect(events()).toHaveLength(1);
    recorder.record(object, { ...event, note: 'another note' });
    recorder.record({ ...object, metadata: { ...object.metadata, uid: 'another' } }, event);
    await recorder.flush();
    expect(events()).toHaveLength(3);
    await clock.advance(119_999);
    recorder.record(object, event);
    await recorder.flush();
    expect(events()).toHaveLength(3);
    await clock.advance(1);
    recorder.record(object, event);
    await recorder.flush();
    expect(events()).toHaveLength(4);
  });

  it('sends one after the other, each with the time at which it was recorded', async () => {
    const { recorder, object, events, clock, cluster } = setUp();
    let [underWay, most] = [0, 0];
    cluster.intercept = async (_, when) => {
      underWay += when === 'before' ? 1 : -1;
      most = Math.max(most, underWay);
      if (when === 'before') await sleep(clock, 1000);
    };
    for (let i = 0; i < 3; i++) recorder.record(object, { ...event, note: `note ${i}` });
    await clock.advance(3000);
    expect(most).toBe(1);
    const eventTime = '2026-01-01T00:00:00.000000Z';
    expect(events()).toMatchObject([0, 1, 2].map((i) => ({ note: `note ${i}`, eventTime })));
  });

  it('lets a burst of 100 pass, then 10 a second', async () => {
    const { recorder, object, events, clock } = setUp();
    let number = 0;
    const storm = async () => {
      for (let i = 0; i < 500; i++) recorder.record(object, { ...event, note: `note ${number++}` });
      await recorder.flush();
      return events().length;
    };
    expect(await storm()).toBe(100);
    await clock.advance(2_000);
    expect(await storm()).toBe(120);
  });

  it('records what it had to drop once it happens again and there is room', async () => {
    const { recorder, object, events, clock } = setUp();
    for (let i = 0; i < 100; i++) recorder.record(object, { ...event, note: `note ${i}` });
    recorder.record(object, event);
    await recorder.flush();
    expect(events()).toHaveLength(100);
    await clock.advance(1_000);
    recorder.record(object, event);
    await recorder.flush();
    expect(events()).toHaveLength(101);
  });

  it('a flush waits no longer than it is given, whatever the API server does', async () => {
    const { recorder, object, cluster, clock, events } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    cluster.intercept = () => promise;
    recorder.record(object, event);
    const flushed = recorder.flush(3_000).then(() => 'flushed');
    await clock.advance(2_999);
    expect(await Promise.race([flushed, settle()])).toBeUndefined();
    await clock.advance(1);
    expect(await flushed).toBe('flushed');
    resolve();
    await recorder.flush();
    expect([events().length, clock.pendingTimers]).toEqual([1, 0]);
  });

  it('stopped, it gives up what the API server puts off, and records nothing more', async () => {
    const { recorder, object, cluster, clock, events } = setUp();
    cluster.intercept = () => new Promise(() => {});
    recorder.record(object, event);
    const stopped = recorder.stop(3_000).then(() => 'stopped');
    await clock.advance(3_000);
    expect(await stopped).toBe('stopped');
    cluster.intercept = () => {};
    recorder.record(object, { ...event, note: 'too late' });
    await recorder.flush();
    expect([events(), clock.pendingTimers]).toEqual([[], 0]);
  });

  it('cuts notes at 1024 characters and names at 253', async () => {
    const { recorder, object, events } = setUp();
    const metadata = { ...object.metadata, name: 'n'.repeat(253) };
    recorder.record({ ...object, metadata }, { ...event, note: 'x'.repeat(2_000) });
    await recorder.flush();
    expect((events()[0] as unknown as EventRecord).note).toHaveLength(1_024);
    expect(events()[0]?.metadata.name.length).toBeLessThanOrEqual(253);
  });

  it('never throws and never waits, whatever the API server does', async () => {
    const { recorder, object, cluster } = setUp();
    cluster.failNext({ verb: 'create', kind: 'Event', error: new Error('refused') });
    expect(recorder.record(object, event)).toBeUndefined();
    await recorder.flush();
    await settle();
  });
});
