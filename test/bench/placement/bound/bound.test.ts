import { describe, expect, it } from 'vitest';
import { FakeCluster } from '../../../../operator/kube/fake-cluster.ts';
import { VirtualClock } from '../../../../operator/kube/testing/virtual-clock.ts';
import { type Pod, pods } from '../rate/kube-scheduler/objects.ts';
import { BindingTimes } from './binding-times.ts';
import { boundFigures } from './figures.ts';
import { atRest } from './rest.ts';

const namespace = 'fleet';
const kind = {
  ...{ type: pods, namespace },
  isBound: ({ spec }: Pod) => spec.nodeName !== undefined,
  manifest: (name: string) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec: {} },
  }),
};

/** Pods are bound as soon as they are there, the named ones excepted; each look at the clock takes 10 ms. */
async function open({ never = [] }: { never?: string[] } = {}) {
  const cluster = new FakeCluster();
  let atMs = 0;
  const now = () => (atMs += 10);
  const times = await BindingTimes.open(cluster, kind, now);
  void (async () => {
    for await (const event of cluster.watch(pods, '0', { timeoutSeconds: 1_000 })) {
      if (event.type !== 'ADDED' || never.includes(event.object.metadata.name)) continue;
      cluster.put(pods, { ...kind.manifest(event.object.metadata.name), spec: { nodeName: 'h1' } });
    }
  })();
  return times;
}

const signal = () => new AbortController().signal;

describe('the time of a binding', () => {
  it('is from before the creation until a watch shows it, one after the other', async () => {
    const times = await open();
    expect(await times.oneByOne(['a', 'b', 'c'], signal())).toEqual([10, 10, 10]);
    times.close();
  });

  it('is of each that comes at a pace, whether or not those before are bound', async () => {
    const [clock, cluster, deadline] = [new VirtualClock(), new FakeCluster(), new AbortController()];
    const times = await BindingTimes.open(cluster, kind, () => clock.now());
    const waiting = times.paced(['a', 'b'], 250, { clock, signal: deadline.signal });
    await clock.advance(249);
    expect(cluster.objects(pods)).toHaveLength(1);
    await clock.advance(1);
    expect(cluster.objects(pods)).toHaveLength(2);
    for (const name of ['a', 'b']) cluster.put(pods, { ...kind.manifest(name), spec: { nodeName: 'h1' } });
    await clock.advance(250);
    expect(await waiting).toEqual([250, 0]);
    times.close();
  });

  it('goes on for each while others are waited for', async () => {
    const times = await open();
    const all = await times.atOnce(['a', 'b', 'c'], signal());
    expect(all).toHaveLength(3);
    expect(all.every((ms) => ms > 10)).toBe(true);
    times.close();
  });

  it('is not waited for when time is up', async () => {
    const times = await open({ never: ['b'] });
    const deadline = new AbortController();
    const waiting = times.oneByOne(['a', 'b'], deadline.signal);
    deadline.abort(new Error('time is up'));
    await expect(waiting).rejects.toThrow('time is up');
    times.close();
  });

  it('is not waited for when the watch has ended', async () => {
    const times = await open({ never: ['a'] });
    const waiting = times.oneByOne(['a'], signal());
    times.close();
    await expect(waiting).rejects.toThrow();
  });
});

describe('the figures of bindings', () => {
  const of = (ms: number) => ({
    ...{ pacedMs: [ms / 2, ms / 2, 5 * ms], aloneMs: [ms, ms, 10 * ms], togetherMs: [ms, 2 * ms] },
  });
  const figures = (ms: number) =>
    boundFigures({ operator: of(ms), besideNewHosts: of(90), scheduler: of(20) }, 5_000);

  it('have a goal on the median of those that come one after the other, and stand beside pods', () => {
    const [paced, slowest, median, p99, together, last] = figures(50);
    expect(paced).toMatchObject({ value: 25, peer: { value: 10 }, goal: { max: 50 }, met: true });
    expect(slowest).toMatchObject({ value: 250, peer: { value: 100 } });
    expect(median).toMatchObject({ value: 50, peer: { value: 20 }, goal: { max: 50 }, met: true });
    expect(p99).toMatchObject({ value: 500, peer: { value: 200 } });
    expect(together).toMatchObject({ value: 50, peer: { value: 20 } });
    expect(last).toMatchObject({ value: 100, peer: { value: 40 } });
    expect(figures(51)[2]?.met).toBe(false);
    expect(figures(101)[0]?.met).toBe(false);
  });

  it('are told of a time when all hosts are new as well', () => {
    expect(figures(50).map(({ value }) => value)).toEqual([
      ...[25, 250, 50, 500, 50, 100],
      ...[45, 450, 90, 900, 90, 180],
    ]);
  });
});

describe('rest', () => {
  const podNamed = (name: string) => ({ ...kind.manifest(name), spec: { nodeName: 'h1' } });

  it('is when nothing of the kind has changed for long enough, counted from the last change', async () => {
    const [clock, cluster] = [new VirtualClock(), new FakeCluster()];
    let rested = false;
    const resting = atRest({ cluster, clock }, pods, 10_000, signal()).then(() => (rested = true));
    await clock.advance(8_000);
    cluster.put(pods, podNamed('a'));
    await clock.advance(8_000);
    expect(rested).toBe(false);
    await clock.advance(3_000);
    await resting;
  });

  it('is not waited for when time is up', async () => {
    const [clock, deadline] = [new VirtualClock(), new AbortController()];
    const resting = atRest({ cluster: new FakeCluster(), clock }, pods, 10_000, deadline.signal);
    deadline.abort(new Error('time is up'));
    await expect(resting).rejects.toThrow('time is up');
  });
});
