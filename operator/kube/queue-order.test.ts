import { describe, expect, it } from 'vitest';
import { createKubeMetrics } from './metrics.ts';
import { lowPriority, type QueueOptions, WorkQueue } from './queue.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

const namespaceOf = (key: string) => key.split('/')[0] ?? '';
const nameOf = (key: string) => key.split('/')[1] ?? '';

function setUp(more: Partial<QueueOptions> = {}) {
  const clock = new VirtualClock();
  const metrics = createKubeMetrics();
  const queue = new WorkQueue({ name: 'test', clock, random: () => 1, metrics, ...more });
  const taken: string[] = [];
  /** A worker that takes a key and never ends it. */
  const worker = () => void queue.take().then((key) => key !== undefined && taken.push(key));
  const workers = async (count: number) => {
    for (let i = 0; i < count; i++) worker();
    await settle();
    return taken.splice(0);
  };
  return { clock, metrics, queue, workers };
}

const flood = (namespace: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${namespace}/${i}`);

describe('fairness', () => {
  it('gives each fairness key its turn, however many keys another one has', async () => {
    const { queue, workers } = setUp({ fairnessKey: namespaceOf });
    for (const key of flood('big', 1_000)) queue.add(key);
    for (const key of ['small/a', 'small/b', 'other/a']) queue.add(key);
    expect(await workers(6)).toEqual(['big/0', 'small/a', 'other/a', 'big/1', 'small/b', 'big/2']);
  });

  it('does not let one that keeps adding go before those that wait', async () => {
    const { queue, workers } = setUp({ fairnessKey: namespaceOf });
    for (const key of flood('big', 3)) queue.add(key);
    queue.add('small/a');
    expect(await workers(1)).toEqual(['big/0']);
    queue.done('big/0');
    queue.add('big/0');
    expect(await workers(4)).toEqual(['small/a', 'big/1', 'big/2', 'big/0']);
  });

  it('counts among equals only: a higher priority goes first', async () => {
    const { queue, workers } = setUp({ fairnessKey: namespaceOf });
    queue.add('resync/a', { priority: lowPriority });
    for (const key of flood('big', 3)) queue.add(key);
    expect(await workers(4)).toEqual(['big/0', 'big/1', 'big/2', 'resync/a']);
  });
});

describe('lanes', () => {
  const byHost = { fairnessKey: namespaceOf, lanes: { of: nameOf, cap: 2 } };

  it('hold no more workers than their cap; keys of others pass', async () => {
    const { queue, workers } = setUp(byHost);
    for (const key of ['a/hung', 'b/hung', 'c/hung', 'd/hung', 'a/well', 'b/well']) queue.add(key);
    expect(await workers(6)).toEqual(['a/hung', 'b/hung', 'a/well', 'b/well']);
    expect(queue.depth).toBe(2);
  });

  it('hand a freed place to the key that waited longest, and to a worker that waits', async () => {
    const { queue, workers } = setUp(byHost);
    for (const key of ['a/h', 'b/h', 'c/h', 'd/h']) queue.add(key);
    expect(await workers(3)).toEqual(['a/h', 'b/h']);
    queue.done('b/h');
    expect(await workers(0)).toEqual(['c/h']);
  });

  it('have turns within a fairness key, however many keys one of them has', async () => {
    const { queue, workers } = setUp({ lanes: { of: nameOf, cap: 9 } });
    for (const key of ['1/big', '2/big', '3/big', '1/small', '2/small']) queue.add(key);
    expect(await workers(5)).toEqual(['1/big', '1/small', '2/big', '2/small', '3/big']);
  });

  it('do not bind keys without one', async () => {
    const { queue, workers } = setUp({ lanes: { of: () => undefined, cap: 1 } });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect(await workers(3)).toEqual(['a', 'b', 'c']);
  });

  it('are those of the moment a key is added: one that moved is counted where it went', async () => {
    const hosts = new Map([['vm', 'h1']]);
    const { queue, workers } = setUp({ lanes: { of: (key) => hosts.get(key) ?? 'h1', cap: 1 } });
    queue.add('other');
    expect(await workers(1)).toEqual(['other']);
    queue.add('vm');
    expect(await workers(1)).toEqual([]);
    hosts.set('vm', 'h2');
    queue.add('vm');
    expect(await workers(0)).toEqual(['vm']);
    hosts.set('vm', 'h3');
    queue.add('late');
    queue.done('vm');
    queue.done('other');
    expect(await workers(1)).toEqual(['late']);
  });

  it('are left by a key whose worker gave up on it, while nobody else gets that key', async () => {
    const { queue, workers } = setUp({ lanes: { of: () => 'h', cap: 1 } });
    for (const key of ['stuck', 'next']) queue.add(key);
    expect(await workers(1)).toEqual(['stuck']);
    queue.leaveLane('stuck');
    queue.add('stuck');
    expect(await workers(2)).toEqual(['next']);
    queue.done('next');
    expect(await workers(0)).toEqual([]);
    queue.done('stuck');
    expect(await workers(0)).toEqual(['stuck']);
  });

  it('are told by a metric when they are full', () => {
    const { queue, metrics, workers } = setUp(byHost);
    for (const key of ['a/h', 'b/h', 'c/h', 'a/i']) queue.add(key);
    void workers(4);
    expect([...metrics.queues].map((sample) => sample().fullLanes)).toEqual([1]);
  });

  it('have room for one at least', () => {
    expect(() => setUp({ lanes: { of: () => 'h', cap: 0 } })).toThrow('room for one key');
  });
});
