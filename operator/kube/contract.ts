import { beforeAll, describe, expect, it } from 'vitest';
import type { Cluster, WatchEvent } from './cluster.ts';
import { applyContract } from './contract-apply.ts';
import { widget, widgetType } from './contract-objects.ts';
import { writeContract } from './contract-writes.ts';
import { ApiError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { compareResourceVersions } from './resource-version.ts';

/** What the suite runs on: an empty namespace in a cluster that serves Widgets. */
export interface ContractWorld {
  cluster: Cluster;
  namespace: string;
  /** A resourceVersion that watches of Widgets can start from no more. */
  expiredVersion: () => Promise<string>;
}

export type World = () => ContractWorld;

/** The promises of the `Cluster` port, as tests. The fake and the HTTP client on a real API server both keep them. */
export function clusterContract(name: string, makeWorld: () => Promise<ContractWorld>): void {
  describe(`Cluster contract: ${name}`, () => {
    let made: ContractWorld;
    beforeAll(async () => {
      made = await makeWorld();
    });
    const world = () => made;
    readContract(world);
    writeContract(world);
    applyContract(world);
    watchContract(world);
  });
}

/** The error that `call` rejects with. */
export async function refusalOf(call: Promise<unknown>): Promise<ApiError> {
  const outcome = await call.then(
    (value) => new Error(`expected a refusal, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(ApiError);
  return outcome as ApiError;
}

function readContract(world: World): void {
  it('get of what is not there is NotFound, and names verb, kind and object', async () => {
    const { cluster, namespace } = world();
    const error = await refusalOf(cluster.get(widgetType, { namespace, name: 'nobody' }));
    expect(error.isNotFound).toBe(true);
    expect(error.message).toContain(`get Widget ${namespace}/nobody`);
    expect(error.retryable).toBe(false);
  });

  it('get gives what create gave', async () => {
    const { cluster, namespace } = world();
    const created = await cluster.create(widgetType, widget(namespace, 'read', { spec: { size: 1 } }));
    expect(await cluster.get(widgetType, { namespace, name: 'read' })).toEqual(created);
  });

  it('list gives whole objects at a version not older than theirs, and nothing that the selectors leave out', async () => {
    const { cluster, namespace } = world();
    for (const app of ['a', 'b']) {
      const metadata = { labels: { app, suite: 'list' } };
      await cluster.create(widgetType, widget(namespace, `list-${app}`, { metadata, spec: { size: 1 } }));
    }
    const { items, resourceVersion } = await cluster.list(widgetType, {
      namespace,
      labelSelector: 'suite=list',
    });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['list-a', 'list-b']);
    for (const item of items) {
      expect(item).toMatchObject({
        apiVersion: 'contract.vmfabric.io/v1',
        kind: 'Widget',
        spec: { size: 1 },
      });
      expect(item.metadata).not.toHaveProperty('managedFields');
      expect(compareResourceVersions(item.metadata.resourceVersion, resourceVersion)).toBeLessThanOrEqual(0);
    }
    const narrow = await cluster.list(widgetType, { labelSelector: 'suite=list,app notin (a)' });
    expect(narrow.items.map(({ metadata }) => metadata.name)).toEqual(['list-b']);
    const byName = await cluster.list(widgetType, { namespace, fieldSelector: 'metadata.name=list-a' });
    expect(byName.items).toHaveLength(1);
    expect((await cluster.list(widgetType, { namespace: 'empty-namespace' })).items).toEqual([]);
  });

  it('a list of one gives one object, and the version of now', async () => {
    const { cluster, namespace } = world();
    for (const name of ['one', 'two']) await cluster.create(widgetType, widget(namespace, `first-${name}`));
    const last = await cluster.create(widgetType, widget(namespace, 'first-three'));
    const { items, resourceVersion } = await cluster.list(widgetType, { namespace, limit: 1 });
    expect(items).toHaveLength(1);
    expect(compareResourceVersions(resourceVersion, last.metadata.resourceVersion)).toBeGreaterThanOrEqual(0);
  });

  it('a list that is not to be older than a version is not; of one that is yet to come it says so', async () => {
    const { cluster, namespace } = world();
    const { metadata } = await cluster.create(widgetType, widget(namespace, 'floor'));
    const { items } = await cluster.list(widgetType, { namespace, notOlderThan: metadata.resourceVersion });
    expect(items.map(({ metadata: { name } }) => name)).toContain('floor');
    const error = await refusalOf(
      cluster.list(widgetType, { namespace, notOlderThan: toCome(metadata.resourceVersion) }),
    );
    expect([error.isVersionTooLarge, error.isExpired]).toEqual([true, false]);
  });

  it('a call whose signal is aborted rejects with the reason of the signal and changes nothing', async () => {
    const { cluster, namespace } = world();
    const reason = new Error('changed our mind');
    const options = { signal: AbortSignal.abort(reason) };
    await expect(cluster.create(widgetType, widget(namespace, 'aborted'), options)).rejects.toBe(reason);
    await expect(cluster.list(widgetType, options)).rejects.toBe(reason);
    expect((await refusalOf(cluster.get(widgetType, { namespace, name: 'aborted' }))).isNotFound).toBe(true);
  });
}

function watchContract(world: World): void {
  it('a watch tells every change after its version, in order, deletions at a newer version', async () => {
    const { cluster, namespace } = world();
    await cluster.create(widgetType, widget(namespace, 'before-watch'));
    const { resourceVersion } = await cluster.list(widgetType, { namespace });
    const made = await cluster.create(widgetType, widget(namespace, 'watched', { spec: { size: 1 } }));
    const changed = await cluster.patchStatus(widgetType, made, { ready: true });
    await cluster.delete(widgetType, { namespace, name: 'watched', uid: made.metadata.uid });
    const watch = cluster.watch(widgetType, resourceVersion, { namespace, timeoutSeconds: 60 });
    const events = await take(watch, 3);
    expect(events.map(summary)).toEqual(['ADDED watched', 'MODIFIED watched', 'DELETED watched']);
    expect(objectOf(events[0])).toEqual(made);
    expect(objectOf(events[1])).toEqual(changed);
    const deletedAt = objectOf(events[2]).metadata.resourceVersion;
    expect(compareResourceVersions(deletedAt, changed.metadata.resourceVersion)).toBeGreaterThan(0);
  });

  it('a streaming list tells all there is, says so by a bookmark, and goes on as a watch', async () => {
    const { cluster, namespace } = world();
    const options = { namespace, fieldSelector: 'metadata.name=streamed', timeoutSeconds: 60 };
    const made = await cluster.create(widgetType, widget(namespace, 'streamed', { spec: { size: 1 } }));
    const version = made.metadata.resourceVersion;
    for (const notOlderThan of ['', version]) {
      const told: string[] = [];
      for await (const event of cluster.watch(widgetType, notOlderThan, {
        ...options,
        sendInitialEvents: true,
      })) {
        told.push(summary(event));
        if (event.type === 'BOOKMARK' && event.initialEventsEnd) {
          expect(compareResourceVersions(event.resourceVersion, version)).toBeGreaterThanOrEqual(0);
          await cluster.patchStatus(widgetType, made, { note: `after ${told.length}` }).catch(() => {});
          if (notOlderThan !== '') break;
        }
        if (event.type === 'MODIFIED') break;
      }
      const whole = ['ADDED streamed', 'BOOKMARK'];
      expect(told).toEqual(notOlderThan === '' ? [...whole, 'MODIFIED streamed'] : whole);
    }
  });

  it('a streaming list from a version that is yet to come is refused', async () => {
    const { cluster, namespace } = world();
    const { resourceVersion } = await cluster.list(widgetType, { namespace });
    const options = { namespace, timeoutSeconds: 60, sendInitialEvents: true };
    const error = await refusalOf(take(cluster.watch(widgetType, toCome(resourceVersion), options), 1));
    expect(error.isVersionTooLarge).toBe(true);
  });

  it('a watch from a version that is yet to come is silent, and ends with its time', async () => {
    const { cluster, namespace } = world();
    const { resourceVersion } = await cluster.list(widgetType, { namespace });
    const events: unknown[] = [];
    const watch = cluster.watch(widgetType, toCome(resourceVersion), { namespace, timeoutSeconds: 1 });
    const reading = (async () => {
      for await (const event of watch) events.push(event);
    })();
    await cluster.create(widgetType, widget(namespace, 'unheard'));
    await reading;
    expect(events).toEqual([]);
  });

  it('a watch with a selector tells of objects that cease to match as deleted', async () => {
    const { cluster, namespace } = world();
    const applied = (shown: string) =>
      cluster.apply(widgetType, widget(namespace, 'selected', { metadata: { labels: { shown } } }), {
        fieldManager: 'contract',
      });
    const { metadata } = await applied('no');
    const options = { namespace, labelSelector: 'shown=yes', timeoutSeconds: 60 };
    const events = take(cluster.watch(widgetType, metadata.resourceVersion, options), 3);
    await applied('yes');
    await applied('no');
    await applied('yes');
    expect((await events).map(summary)).toEqual(['ADDED selected', 'DELETED selected', 'ADDED selected']);
  });

  it('a watch from a version that is gone ends as Expired', async () => {
    const { cluster, expiredVersion } = world();
    const watch = cluster.watch(widgetType, await expiredVersion(), { timeoutSeconds: 60 });
    expect((await refusalOf(take(watch, 1))).isExpired).toBe(true);
  });

  it('a watch ends with its time, without an error', async () => {
    const { cluster, namespace } = world();
    const { resourceVersion } = await cluster.list(widgetType, { namespace });
    const events = await take(
      cluster.watch(widgetType, resourceVersion, { namespace, timeoutSeconds: 1 }),
      100,
    );
    expect(events.filter(({ type }) => type !== 'BOOKMARK')).toEqual([]);
  });

  it('a watch whose signal aborts rejects with the reason of the signal', async () => {
    const { cluster, namespace } = world();
    const { resourceVersion } = await cluster.list(widgetType, { namespace });
    const [controller, reason] = [new AbortController(), new Error('enough')];
    const options = { namespace, timeoutSeconds: 60, signal: controller.signal };
    const first = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const _event of cluster.watch(widgetType, resourceVersion, options)) first.resolve();
    })();
    reading.catch(() => {});
    await cluster.create(widgetType, widget(namespace, 'last-seen'));
    await first.promise;
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
}

/** The first `count` events that are no bookmarks, or all until the watch ends. */
async function take<T>(watch: AsyncIterable<WatchEvent<T>>, count: number): Promise<WatchEvent<T>[]> {
  const events: WatchEvent<T>[] = [];
  for await (const event of watch) {
    if (event.type !== 'BOOKMARK') events.push(event);
    if (events.length === count) break;
  }
  return events;
}

function objectOf<T extends KubeObject>(event: WatchEvent<T> | undefined): T {
  if (!event || event.type === 'BOOKMARK') throw new Error('expected an event with an object');
  return event.object;
}

function summary(event: WatchEvent<KubeObject>): string {
  return event.type === 'BOOKMARK' ? 'BOOKMARK' : `${event.type} ${event.object.metadata.name}`;
}

/** A version that no test reaches. */
function toCome(resourceVersion: string): string {
  return (BigInt(resourceVersion) + 1_000_000n).toString();
}
