import { describe, expect, it } from 'vitest';
import type { Cluster } from './cluster.ts';
import { type Widget, widget, widgetType } from './contract-objects.ts';
import { ApiError } from './errors.ts';
import { FakeCluster } from './fake-cluster.ts';
import { broken, reset, setUp } from './testing/reflector-world.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

const refusals = [broken(400), broken(422)];

/** A watch that a test writes event by event. */
function scripted(cluster: Cluster, watch: Cluster['watch']): void {
  cluster.watch = watch;
}

describe('a streaming list', () => {
  it('is one request for list and watch, consistent at first', async () => {
    const { reflector, cluster, put, count, sizeOf } = setUp();
    const asked: unknown[] = [];
    const watch = cluster.watch.bind(cluster);
    scripted(cluster, (type, version, options) => {
      asked.push([version, options.sendInitialEvents]);
      return watch(type, version, options);
    });
    put('a', 1);
    reflector.start();
    await reflector.synced;
    await settle();
    put('a', 2);
    await settle();
    expect([sizeOf('a'), count('watch'), cluster.calls.length]).toEqual([2, 1, 1]);
    expect(asked).toEqual([['', true]]);
    await reflector.stop();
  });

  it('is seen by no reader before it is whole, and then at once', async () => {
    const { reflector, cluster, store, names, put } = setUp();
    const [a, b] = [put('a', 1), put('b', 1)];
    const [half, whole] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    scripted(cluster, async function* () {
      yield { type: 'ADDED', object: structuredClone(a) as never };
      await half.promise;
      yield { type: 'ADDED', object: structuredClone(b) as never };
      yield { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: true };
      await whole.promise;
    });
    const sizes: number[] = [];
    store.subscribe(() => sizes.push(store.size));
    reflector.start();
    await settle();
    expect([store.size, reflector.hasSynced, store.resourceVersion]).toEqual([0, false, undefined]);
    half.resolve();
    await reflector.synced;
    expect([names(), store.resourceVersion]).toEqual([['a', 'b'], '9']);
    whole.resolve();
    await reflector.stop();
  });

  it('takes in what changes while it runs, and waits for its own bookmark', async () => {
    const { reflector, cluster, store, names, put, sizeOf } = setUp();
    const [a, b] = [put('a', 1), put('b', 1)];
    const a2 = put('a', 2);
    const hold = Promise.withResolvers<void>();
    scripted(cluster, async function* () {
      for (const object of [a, b]) yield { type: 'ADDED', object: structuredClone(object) as never };
      yield { type: 'BOOKMARK', resourceVersion: '4', initialEventsEnd: false };
      yield { type: 'MODIFIED', object: structuredClone(a2) as never };
      yield { type: 'DELETED', object: structuredClone(b) as never };
      await settle();
      expect(store.size).toBe(0);
      yield { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: true };
      await hold.promise;
    });
    reflector.start();
    await reflector.synced;
    expect([names(), sizeOf('a')]).toEqual([['a'], 2]);
    hold.resolve();
    await reflector.stop();
  });

  it('that breaks midway leaves the store alone and is begun anew', async () => {
    const { reflector, cluster, clock, names, put, count } = setUp();
    const a = put('a', 1);
    const watch = cluster.watch.bind(cluster);
    scripted(cluster, async function* () {
      scripted(cluster, watch);
      yield {
        type: 'ADDED',
        object: structuredClone({ ...a, metadata: { ...a.metadata, name: 'x' } }) as never,
      };
      throw reset();
    });
    reflector.start();
    await clock.advance(1_000);
    expect([names(), count('list'), count('watch')]).toEqual([['a'], 1, 1]);
    await reflector.stop();
  });
});

describe('a server that does not stream lists', () => {
  it.each(refusals)(
    'and says so by $code is read page by page, at once and from then on',
    async (refusal) => {
      const { reflector, cluster, clock, put, names } = setUp();
      put('a', 1);
      cluster.failNext({ verb: 'watch', kind: 'Widget', error: refusal });
      reflector.start();
      await settle();
      expect([reflector.hasSynced, names(), clock.now()]).toEqual([true, ['a'], 0]);
      cluster.watches.expire();
      await clock.advance(5_000);
      const verbs = cluster.calls.map(({ verb, streamsList }) => (streamsList ? 'stream' : verb));
      expect(verbs).toEqual(['stream', 'list', 'watch', 'list', 'watch']);
      await reflector.stop();
    },
  );

  it('and takes no notice, sending no bookmark, is read page by page after 30 s', async () => {
    const { reflector, cluster, clock, put, names, store } = setUp();
    put('a', 1);
    cluster.watches.initialEvents = 'without end';
    reflector.start();
    await clock.advance(29_000);
    expect([store.size, reflector.hasSynced]).toEqual([0, false]);
    await clock.advance(1_000);
    expect([names(), reflector.hasSynced]).toEqual([['a'], true]);
    await reflector.stop();
  });

  it('and ends such a watch in good order is read page by page', async () => {
    const { reflector, cluster, put, names } = setUp();
    put('a', 1);
    cluster.watches.initialEvents = 'without end';
    reflector.start();
    await settle();
    cluster.watches.cut();
    await settle();
    expect(names()).toEqual(['a']);
    await reflector.stop();
  });

  it('but breaks for another reason is asked for a stream again', async () => {
    const { reflector, cluster, clock, count } = setUp();
    cluster.failNext({ verb: 'watch', kind: 'Widget', error: broken(503), times: 3 });
    reflector.start();
    await clock.advance(20_000);
    expect([reflector.hasSynced, count('list'), count('watch')]).toEqual([true, 4, 4]);
    await reflector.stop();
  });
});

/** What a list after the first one was told not to be older than; `''` when it was to be consistent. */
function floorsOf(cluster: FakeCluster): string[] {
  const floors: string[] = [];
  const [list, watch] = [cluster.list.bind(cluster), cluster.watch.bind(cluster)];
  cluster.list = (type, options) => {
    floors.push(options?.notOlderThan ?? '');
    return list(type, options);
  };
  cluster.watch = (type, version, options) => {
    if (options.sendInitialEvents) floors.push(version);
    return watch(type, version, options);
  };
  return floors;
}

describe.each([
  ['streamed', true],
  ['paged', false],
])('time travel, with %s lists', (_mode, streamsLists) => {
  it('a list after a failure asks for nothing older than what was seen', async () => {
    const { reflector, cluster, clock, put, store } = setUp({ streamsLists });
    const floors = floorsOf(cluster);
    reflector.start();
    await reflector.synced;
    await settle();
    put('a', 1);
    await settle();
    const seen = store.resourceVersion;
    cluster.watches.expire();
    await clock.advance(5_000);
    expect(floors).toEqual(['', seen]);
    await reflector.stop();
  });

  it('a server that lags is waited for by the consistent read, and the store never goes back', async () => {
    const { reflector, cluster, clock, put, sizeOf, rewinds } = setUp({ streamsLists });
    reflector.start();
    await reflector.synced;
    await settle();
    put('a', 1);
    await settle();
    const late = new ApiError(
      { verb: 'list', kind: 'Widget' },
      { code: 504, message: 'Too large resource version', causes: ['ResourceVersionTooLarge'] },
    );
    const floors = floorsOf(cluster);
    cluster.watches.expire();
    cluster.failNext({ verb: streamsLists ? 'watch' : 'list', kind: 'Widget', error: late });
    await clock.advance(10_000);
    expect(floors).toEqual([expect.stringMatching(/\d/), '']);
    expect([sizeOf('a'), await rewinds()]).toEqual([1, 0]);
    await reflector.stop();
  });

  it('after a restore of etcd, whose watches are silent, it finds the past within two silences and counts it', async () => {
    const clock = new VirtualClock();
    const servers = [new FakeCluster({ clock }), new FakeCluster({ clock })] as const;
    let now: FakeCluster = servers[0];
    const cluster = delegate(() => now);
    const { reflector, sizeOf, rewinds } = setUp({ streamsLists, clock, cluster });
    reflector.start();
    await reflector.synced;
    await settle();
    const put = (size: number) => now.put(widgetType, widget('ns', 'a', { spec: { size } }));
    for (let size = 1; size <= 5; size++) put(size);
    await settle();
    expect(sizeOf('a')).toBe(5);
    now = servers[1];
    put(2);
    servers[0].watches.cut(widgetType, reset());
    await clock.advance(152_000);
    // Nothing tells of it yet: a watch from a version to come is as quiet as any.
    expect(sizeOf('a')).toBe(5);
    await clock.advance(160_000);
    expect([sizeOf('a'), await rewinds()]).toEqual([2, 1]);
    put(3);
    await settle();
    expect(sizeOf('a')).toBe(3);
    await reflector.stop();
  });
});

it('a list that is older than what was asked for is refused; the consistent read after it decides', async () => {
  const { reflector, cluster, clock, put, sizeOf, rewinds, store } = setUp({ streamsLists: false });
  put('a', 1);
  const old = await cluster.list<Widget>(widgetType);
  reflector.start();
  await reflector.synced;
  await settle();
  put('a', 2);
  await settle();
  const floors = floorsOf(cluster);
  const list = cluster.list.bind(cluster);
  // A server that takes no notice of the version that it is to have reached.
  cluster.list = async (type, options) => {
    const answer = await list(type, options);
    return options?.notOlderThan ? (structuredClone(old) as unknown as typeof answer) : answer;
  };
  const sizes = new Set<unknown>();
  store.subscribe(() => sizes.add(sizeOf('a')));
  cluster.watches.expire();
  await clock.advance(10_000);
  put('a', 3);
  await settle();
  expect([[...sizes], floors, await rewinds()]).toEqual([[3], [expect.stringMatching(/\d/), ''], 0]);
  await reflector.stop();
});

/** The cluster that `now` gives at each call, as behind one address. */
function delegate(now: () => FakeCluster): FakeCluster {
  const list: Cluster['list'] = (type, options) => now().list(type, options);
  const watch: Cluster['watch'] = (type, version, options) => now().watch(type, version, options);
  return Object.assign(new FakeCluster(), { list, watch });
}
