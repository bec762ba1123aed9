import { describe, expect, it } from 'vitest';
import { FakeCluster } from '../../../../operator/kube/fake-cluster.ts';
import { type Pod, pods } from '../rate/kube-scheduler/objects.ts';
import { BindingTimes } from './binding-times.ts';
import { boundFigures } from './figures.ts';

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
  it('have a goal on the median of those created alone, and stand beside pods', () => {
    const of = (ms: number) => ({ aloneMs: [ms, ms, 10 * ms], togetherMs: [ms, 2 * ms] });
    const [median, p99, together, last] = boundFigures(of(50), of(20), 5_000);
    expect(median).toMatchObject({ value: 50, peer: { value: 20 }, goal: { max: 50 }, met: true });
    expect(p99).toMatchObject({ value: 500, peer: { value: 200 } });
    expect(together).toMatchObject({ value: 50, peer: { value: 20 } });
    expect(last).toMatchObject({ value: 100, peer: { value: 40 } });
    expect(boundFigures(of(51), of(20), 5_000)[0]?.met).toBe(false);
  });
});
