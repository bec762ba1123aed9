import { describe, expect, it } from 'vitest';
import type { Cluster, WatchOptions } from './cluster.ts';
import { widget, widgetType } from './contract-objects.ts';
import { broken, reset, setUp as setUpMode } from './testing/reflector-world.ts';
import { settle } from './testing/virtual-clock.ts';

describe.each([
  ['streaming', true],
  ['paged', false],
])('Reflector with %s lists', (_mode, streamsLists) => {
  const setUp: typeof setUpMode = (more) => setUpMode({ streamsLists, ...more });
  const listing = streamsLists ? 'watch' : 'list';

  it('lists, then follows by watch', async () => {
    const { reflector, put, count, sizeOf, cluster, store } = setUp();
    put('a', 1);
    expect(reflector.hasSynced).toBe(false);
    reflector.start();
    await reflector.synced;
    expect(sizeOf('a')).toBe(1);
    await settle();
    put('a', 2);
    put('b', 1);
    cluster.remove(widgetType, { namespace: 'ns', name: 'b' });
    await settle();
    expect([sizeOf('a'), store.size, count('list'), count('watch')]).toEqual([2, 1, 1, 1]);
    await reflector.stop();
  });

  it('shows only what its selectors select', async () => {
    const { reflector, cluster, store } = setUp({ labelSelector: 'app=web' });
    cluster.put(widgetType, widget('ns', 'db'));
    reflector.start();
    await reflector.synced;
    await settle();
    cluster.put(widgetType, widget('ns', 'web', { metadata: { labels: { app: 'web' } } }));
    cluster.put(widgetType, widget('ns', 'other'));
    await settle();
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['web']);
    await reflector.stop();
  });

  it.each([
    ['a reset', reset()],
    ['a 503', broken(503)],
    ['a 403', broken(403)],
  ])('P2: goes on after %s of its watch, without a new list', async (_name, error) => {
    const { reflector, cluster, clock, put, count, sizeOf } = setUp();
    reflector.start();
    await reflector.synced;
    await settle();
    cluster.watches.cut(widgetType, error);
    cluster.failNext({ verb: 'watch', kind: 'Widget', error, times: 3 });
    put('a', 1);
    await clock.advance(10_000);
    expect([sizeOf('a'), count('list'), count('watch')]).toEqual([1, 1, 5]);
    await reflector.stop();
  });

  it('P3: is not synced while the first list fails, and tries on until it is', async () => {
    const { reflector, cluster, clock, put, sizeOf } = setUp();
    put('a', 1);
    cluster.failNext({ verb: listing, kind: 'Widget', error: broken(500), times: 3 });
    reflector.start();
    await settle();
    expect(reflector.hasSynced).toBe(false);
    // 400 and 800 ms have passed; the third wait is 1600 ms.
    await clock.advance(2_700);
    expect(reflector.hasSynced).toBe(false);
    await clock.advance(100);
    expect([reflector.hasSynced, sizeOf('a')]).toEqual([true, 1]);
    await reflector.stop();
  });

  it('P4: survives a handler that throws', async () => {
    const { reflector, store, put, sizeOf } = setUp();
    store.subscribe(() => {
      throw new Error('bad handler');
    });
    reflector.start();
    await reflector.synced;
    await settle();
    for (const size of [1, 2]) put('a', size);
    await settle();
    expect(sizeOf('a')).toBe(2);
    await reflector.stop();
  });

  it('P5: keeps a quiet watch open as long as bookmarks come, and ends one that is silent', async () => {
    const { reflector, cluster, clock, put, count, sizeOf } = setUp();
    reflector.start();
    await reflector.synced;
    for (let minute = 0; minute < 4; minute++) {
      await clock.advance(60_000);
      cluster.watches.bookmark(widgetType);
    }
    await settle();
    expect(count('watch')).toBe(1);
    cluster.watches.freeze(widgetType);
    put('a', 1);
    await clock.advance(149_000);
    // Its time of 300 s runs out meanwhile, but a half-open connection brings no end either.
    expect([sizeOf('a'), count('watch')]).toEqual([undefined, 1]);
    await clock.advance(2_000);
    expect([sizeOf('a'), count('list'), count('watch')]).toEqual([1, 1, 2]);
    await reflector.stop();
  });

  it('P6: comes back from the version of the last bookmark, so an old one does not make it list', async () => {
    const { reflector, cluster, clock, count } = setUp();
    reflector.start();
    await reflector.synced;
    await settle();
    for (let i = 0; i < 3; i++) cluster.put({ ...widgetType, plural: 'gadgets' }, widget('ns', `other-${i}`));
    cluster.watches.bookmark(widgetType);
    await settle();
    cluster.watches.cut(widgetType, reset());
    cluster.watches.expire({ ...widgetType, plural: 'gadgets' });
    await clock.advance(5_000);
    expect([count('list'), count('watch')]).toEqual([1, 2]);
    await reflector.stop();
  });

  it('P6: asks for watches of 5 to 10 minutes, at random', async () => {
    const seen: number[] = [];
    for (const random of [() => 0, () => 0.5, () => 0.999]) {
      const { reflector, cluster } = setUp({ random });
      const watch = cluster.watch.bind(cluster);
      cluster.watch = (type, version, options) => {
        seen.push(options.timeoutSeconds);
        return watch(type, version, options);
      };
      reflector.start();
      await reflector.synced;
      await settle();
      await reflector.stop();
    }
    expect(seen).toEqual([300, 450, 600]);
  });

  it.each(['status', 'event'])('lists anew after 410 as %s, and finds what it missed', async (form) => {
    const { reflector, cluster, clock, store, put, count } = setUp();
    put('gone', 1);
    reflector.start();
    await reflector.synced;
    await settle();
    if (form === 'status') cluster.watches.cut(widgetType, reset());
    cluster.watches.drop(widgetType, 2);
    cluster.remove(widgetType, { namespace: 'ns', name: 'gone' });
    put('new', 1);
    cluster.watches.expire();
    await clock.advance(5_000);
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['new']);
    expect(count('list')).toBe(2);
    await reflector.stop();
  });

  it('backs off from lists, too, while every watch is answered by 410', async () => {
    const { reflector, cluster, clock, count } = setUp();
    cluster.failNext({ verb: 'watch', kind: 'Widget', error: broken(410), times: 1_000 });
    reflector.start();
    await clock.advance(60_000);
    expect(count('list')).toBeLessThan(15);
    await reflector.stop();
  });

  it('does not storm a server that ends each watch at once', async () => {
    const { reflector, cluster, clock, count } = setUp();
    cluster.intercept = ({ verb }, when) => {
      if (verb === 'watch' && when === 'after') queueMicrotask(() => cluster.watches.cut(widgetType));
    };
    reflector.start();
    await clock.advance(60_000);
    expect(count('watch')).toBeLessThan(15);
    await reflector.stop();
  });

  it('does not storm a server that ends each watch after its first event', async () => {
    let watches = 0;
    const { cluster: plain } = setUp();
    async function* watch(_type: unknown, _from: unknown, { sendInitialEvents }: WatchOptions) {
      watches += 1;
      if (watches > 1_000) await new Promise(() => {});
      yield { type: 'BOOKMARK', resourceVersion: `${watches}`, initialEventsEnd: sendInitialEvents === true };
    }
    const list = plain.list.bind(plain);
    const cluster = Object.assign(Object.create(plain) as Cluster, { list, watch });
    const { reflector, clock, store } = setUp({ cluster });
    reflector.start();
    await clock.advance(60_000);
    expect(watches).toBeGreaterThan(100); // 0.4 s apart, as nothing fails
    expect(watches).toBeLessThan(160);
    expect(store.resourceVersion).toBe(`${watches}`);
    await reflector.stop();
  });

  it('is back at once when a watch that told something ends in good order after a while', async () => {
    const { reflector, cluster, clock, count, put } = setUp();
    reflector.start();
    await reflector.synced;
    await clock.advance(2_000);
    put('a', 1);
    await settle();
    const before = count('watch');
    cluster.watches.cut(widgetType);
    await settle();
    expect(count('watch')).toBe(before + 1);
    await reflector.stop();
  });

  it('backs off with jitter between half and whole of 0.8 s to 30 s, and anew after a success', async () => {
    const { reflector, cluster, clock, count, put } = setUp({ random: () => 0.999 });
    reflector.start();
    await reflector.synced;
    await settle();
    cluster.failNext({ verb: 'watch', kind: 'Widget', error: broken(500), times: 8 });
    cluster.watches.cut(widgetType, reset());
    const at: number[] = [];
    for (let known = count('watch'); at.length < 8; ) {
      await clock.advance(100);
      if (count('watch') > known) at.push(clock.now());
      known = count('watch');
    }
    const waits = at.map((time, index) => time - (at[index - 1] ?? 0));
    expect(waits.map((wait) => Math.round(wait / 100) / 10)).toEqual([
      0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30,
    ]);
    await clock.advance(30_100);
    put('a', 1);
    await settle();
    const before = count('watch');
    cluster.watches.cut(widgetType, reset());
    await clock.advance(900);
    expect(count('watch')).toBe(before + 1);
    await reflector.stop();
  });

  it('P12: tells of an object made anew while the watch was down as deleted and added', async () => {
    const { reflector, cluster, clock, store, put } = setUp();
    put('a', 1);
    reflector.start();
    await reflector.synced;
    await settle();
    const heard: string[] = [];
    store.subscribe(({ type }) => heard.push(type));
    cluster.watches.drop(widgetType, 2);
    cluster.remove(widgetType, { namespace: 'ns', name: 'a' });
    put('a', 1);
    cluster.watches.expire();
    await clock.advance(5_000);
    expect(heard).toEqual(['deleted', 'added']);
    await reflector.stop();
  });

  it('ignores events from the past of a rewound watch', async () => {
    const { reflector, cluster, store, put } = setUp();
    const old = put('a', 1);
    reflector.start();
    await reflector.synced;
    await settle();
    cluster.remove(widgetType, { namespace: 'ns', name: 'a' });
    await settle();
    cluster.watches.send(widgetType, { type: 'MODIFIED', object: old });
    await settle();
    expect(store.size).toBe(0);
    await reflector.stop();
  });
});

describe.each([
  ['streaming', true],
  ['paged', false],
])('P7: stop with %s lists', (_mode, streamsLists) => {
  const setUp: typeof setUpMode = (more) => setUpMode({ streamsLists, ...more });
  const listing = streamsLists ? 'watch' : 'list';

  it('during the list opens no watch and leaves the store alone', async () => {
    const { reflector, cluster, count, store, put } = setUp();
    put('a', 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    cluster.intercept = ({ verb }, when) => (verb === listing && when === 'after' ? promise : undefined);
    reflector.start();
    await settle();
    const stopped = reflector.stop();
    resolve();
    await stopped;
    expect([count(listing), store.size, reflector.hasSynced]).toEqual([1, 0, false]);
    expect(cluster.calls).toHaveLength(1);
  });

  it('during the back-off asks nothing any more', async () => {
    const { reflector, cluster, clock } = setUp();
    cluster.failNext({ verb: listing, kind: 'Widget', error: broken(500) });
    reflector.start();
    await settle();
    await reflector.stop();
    await clock.advance(60_000);
    expect([cluster.calls.length, clock.pendingTimers]).toEqual([1, 0]);
  });

  it('during a watch ends it, and leaves no timer', async () => {
    const { reflector, cluster, clock, put, sizeOf } = setUp();
    reflector.start();
    await reflector.synced;
    await settle();
    await reflector.stop();
    await settle();
    put('a', 1);
    await clock.advance(60_000);
    expect([sizeOf('a'), cluster.watches.count(), clock.pendingTimers]).toEqual([undefined, 0, 0]);
  });

  it('does not wait for a frozen watch', async () => {
    const { reflector, cluster } = setUp();
    reflector.start();
    await reflector.synced;
    await settle();
    cluster.watches.freeze();
    await reflector.stop();
  });
});
