import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { clusterContract } from './contract.ts';
import { widget, widgetType } from './contract-objects.ts';
import { ApiError } from './errors.ts';
import { FakeCluster } from './fake-cluster.ts';
import type { RecordedCall } from './fake-faults.ts';
import { settle } from './testing/virtual-clock.ts';

clusterContract('in memory', async () => {
  const cluster = new FakeCluster({ clock: systemClock });
  const expiredVersion = async () => {
    const { resourceVersion } = await cluster.list(widgetType);
    cluster.put(widgetType, widget('elsewhere', `compacted-${resourceVersion}`));
    cluster.watches.expire();
    return resourceVersion;
  };
  return { cluster, namespace: 'contract', expiredVersion };
});

const ref = { namespace: 'ns', name: 'w' };
const lost = () => new ApiError({ verb: 'create', kind: 'Widget' }, { code: 504, message: 'lost' });

describe('FakeCluster', () => {
  it('records calls, and tells those that changed something', async () => {
    const cluster = new FakeCluster();
    const created = await cluster.create(widgetType, widget('ns', 'w', { spec: { size: 1 } }));
    await cluster.get(widgetType, ref);
    await cluster.patchStatus(widgetType, created, {});
    expect(cluster.calls.map(({ verb, key, changed }) => [verb, key, changed])).toEqual([
      ['create', 'ns/w', true],
      ['get', 'ns/w', false],
    ]);
    expect(cluster.writes).toHaveLength(1);
  });

  it('fails a planned call before it takes effect, as often as planned', async () => {
    const cluster = new FakeCluster();
    cluster.failNext({ verb: 'create', kind: 'Widget', error: lost(), times: 2 });
    for (let i = 0; i < 2; i++)
      await expect(cluster.create(widgetType, widget('ns', 'w'))).rejects.toThrow('lost');
    expect(cluster.peek(widgetType, ref)).toBeUndefined();
    await cluster.create(widgetType, widget('ns', 'w'));
  });

  it('loses the answer of a planned call after it took effect', async () => {
    const cluster = new FakeCluster();
    cluster.failNext({ verb: 'create', kind: 'Widget', key: 'ns/w', error: lost(), when: 'after' });
    await cluster.create(widgetType, widget('ns', 'other'));
    await expect(cluster.create(widgetType, widget('ns', 'w'))).rejects.toThrow('lost');
    expect(cluster.peek(widgetType, ref)).toBeDefined();
    expect(cluster.writes).toHaveLength(2);
  });

  it('lets a test step in before and after each call', async () => {
    const seen: string[] = [];
    const intercept = ({ verb, changed }: RecordedCall, when: string) =>
      void seen.push(`${when} ${verb} ${changed}`);
    await new FakeCluster({ intercept }).create(widgetType, widget('ns', 'w'));
    expect(seen).toEqual(['before create false', 'after create true']);
  });

  it('a caller that gives up while its call is under way gets no answer; what has arrived stays', async () => {
    const cluster = new FakeCluster();
    for (const when of ['before', 'after'] as const) {
      const end = new AbortController();
      cluster.intercept = (_call, now) => (now === when ? new Promise(() => {}) : undefined);
      const creating = cluster.create(widgetType, widget('ns', when), { signal: end.signal });
      await settle();
      end.abort(new Error('given up'));
      await expect(creating).rejects.toThrow('given up');
    }
    expect(cluster.objects(widgetType).map(({ metadata }) => metadata.name)).toEqual(['after']);
  });

  it('gives copies: changing an answer changes nothing stored', async () => {
    const cluster = new FakeCluster();
    const created = await cluster.create(widgetType, widget('ns', 'w', { spec: { size: 1 } }));
    if (created.spec) created.spec.size = 99;
    expect(cluster.peek(widgetType, ref)?.spec).toEqual({ size: 1 });
  });

  it('lets the rest of the world put, edit and remove, status included, unrecorded', async () => {
    const cluster = new FakeCluster();
    cluster.put(widgetType, widget('ns', 'w', { status: { ready: true } }));
    const edited = cluster.edit(widgetType, ref, (draft) => {
      draft.spec = { size: 3 };
    });
    expect(edited).toMatchObject({ metadata: { generation: 2 }, spec: { size: 3 }, status: { ready: true } });
    const again = cluster.put(widgetType, widget('ns', 'w', { status: { ready: false } }));
    expect(again.metadata.uid).toBe(edited.metadata.uid);
    expect(cluster.objects(widgetType)).toHaveLength(1);
    cluster.remove(widgetType, ref);
    expect(cluster.objects(widgetType)).toEqual([]);
    expect(cluster.calls).toEqual([]);
  });

  it('forgets its history when asked, as etcd does: open watches go on, none can start before that', async () => {
    const cluster = new FakeCluster();
    cluster.put(widgetType, widget('ns', 'early'));
    const watchFrom = (version: string) =>
      cluster.watch(widgetType, version, { timeoutSeconds: 60 })[Symbol.asyncIterator]();
    const { resourceVersion } = await cluster.list(widgetType);
    const open = watchFrom(resourceVersion);
    const next = open.next();
    cluster.put(widgetType, widget('ns', 'seen'));
    expect((await next).value).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'seen' } } });
    cluster.watches.compact();
    await expect(watchFrom(resourceVersion).next()).rejects.toMatchObject({ isExpired: true });
    cluster.put(widgetType, widget('ns', 'late'));
    expect((await open.next()).value).toMatchObject({ object: { metadata: { name: 'late' } } });
    const now = watchFrom((await cluster.list(widgetType)).resourceVersion).next();
    cluster.put(widgetType, widget('ns', 'later'));
    expect((await now).value).toMatchObject({ object: { metadata: { name: 'later' } } });
  });
});
