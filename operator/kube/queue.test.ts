import { describe, expect, it } from 'vitest';
import { createKubeMetrics } from './metrics.ts';
import { lowPriority, type QueueOptions, WorkQueue } from './queue.ts';
import { settle, VirtualClock } from './testing/virtual-clock.ts';

function setUp(more: Partial<QueueOptions> = {}) {
  const clock = new VirtualClock();
  const metrics = createKubeMetrics();
  const queue = new WorkQueue({ name: 'test', clock, random: () => 1, metrics, ...more });
  return { clock, metrics, queue };
}

/** Takes all that is ready without waiting for more. */
async function takeAll(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.depth > 0) keys.push((await queue.take()) ?? 'shut down');
  return keys;
}

describe('WorkQueue', () => {
  it('gives each key once however often it was added, in the order of adding', async () => {
    const { queue } = setUp();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    expect(await takeAll(queue)).toEqual(['a', 'b', 'c']);
  });

  it('never gives a key that is in process; added meanwhile, it comes again after done', async () => {
    const { queue } = setUp();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await takeAll(queue)).toEqual(['a']);
    queue.done('a');
    expect(queue.depth).toBe(0);
  });

  it('hands a key to a worker that waits', async () => {
    const { queue } = setUp();
    const taken = queue.take();
    queue.add('a');
    expect(await taken).toBe('a');
  });

  it('lets waits of half a minute and more end together, on the second, and shorter ones as told', () => {
    const { queue, clock } = setUp();
    clock.advanceSync(100);
    for (const delayMs of [30_000, 30_300, 30_900]) queue.addAfter(`${delayMs}`, delayMs);
    queue.addAfter('short', 29_999);
    clock.advanceSync(29_999);
    expect(queue.depth).toBe(1);
    clock.advanceSync(900);
    expect(queue.depth).toBe(1);
    clock.advanceSync(1);
    expect(queue.depth).toBe(4);
  });

  it('keeps the earlier of two times, whichever was named first', async () => {
    for (const delays of [
      [5_000, 1_000],
      [1_000, 5_000],
    ]) {
      const { queue, clock } = setUp();
      for (const delayMs of delays) queue.addAfter('a', delayMs);
      clock.advanceSync(999);
      expect(queue.depth).toBe(0);
      clock.advanceSync(1);
      expect(await takeAll(queue)).toEqual(['a']);
      queue.done('a');
      clock.advanceSync(10_000);
      expect(queue.depth).toBe(0);
    }
  });

  it('an add beats a wait', async () => {
    const { queue, clock } = setUp();
    queue.addAfter('a', 5_000);
    queue.add('a');
    expect(await takeAll(queue)).toEqual(['a']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('a wait that ends while the key is in process makes it come again', async () => {
    const { queue, clock } = setUp();
    queue.add('a');
    await queue.take();
    queue.addAfter('a', 100);
    clock.advanceSync(200);
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(queue.depth).toBe(1);
  });

  it('a wait that lasts beyond done goes on', async () => {
    const { queue, clock } = setUp();
    queue.add('a');
    await queue.take();
    queue.addAfter('a', 100);
    queue.done('a');
    expect(queue.depth).toBe(0);
    clock.advanceSync(100);
    expect(queue.depth).toBe(1);
  });

  it('puts real changes before start-up and resync, and lifts a key that a change touches', async () => {
    const { queue } = setUp();
    for (const key of ['resync-1', 'resync-2', 'resync-3']) queue.add(key, { priority: lowPriority });
    queue.add('changed');
    queue.add('resync-3');
    expect(await takeAll(queue)).toEqual(['changed', 'resync-3', 'resync-1', 'resync-2']);
  });

  it('a low-priority add does not lower a key', async () => {
    const { queue } = setUp();
    queue.add('a');
    queue.add('b', { priority: lowPriority });
    queue.add('a', { priority: lowPriority });
    expect(await takeAll(queue)).toEqual(['a', 'b']);
  });
});

describe('back-off', () => {
  const delays = async (random: () => number, times: number) => {
    const { queue, clock } = setUp({ random, baseDelayMs: 5, maxDelayMs: 1_000 });
    const waited: number[] = [];
    for (let i = 0; i < times; i++) {
      const since = clock.now();
      queue.addRateLimited('a');
      while (queue.depth === 0) clock.advanceSync(0.5);
      waited.push(clock.now() - since);
      queue.done((await queue.take()) ?? '');
    }
    return waited;
  };

  it('doubles from the base to the cap', async () => {
    expect(await delays(() => 1, 10)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
  });

  it('is random in its lower half', async () => {
    expect(await delays(() => 0, 3)).toEqual([2.5, 5, 10]);
  });

  it('begins anew after forget, and is the key’s own', () => {
    const { queue } = setUp();
    queue.addRateLimited('a');
    queue.addRateLimited('a');
    expect([queue.failures('a'), queue.failures('b')]).toEqual([2, 0]);
    queue.forget('a');
    expect(queue.failures('a')).toBe(0);
  });

  it('does not overflow after thousands of failures', () => {
    const { queue, clock } = setUp({ maxDelayMs: 1_000 });
    for (let i = 0; i < 3_000; i++) queue.addRateLimited('a');
    clock.advanceSync(1_000);
    expect(queue.depth).toBe(1);
  });
});

describe('shutdown', () => {
  it('ends takers, drops what is pending, ignores later adds, leaves no timer', async () => {
    const { queue, clock } = setUp();
    const taken = queue.take();
    queue.addAfter('a', 1_000);
    queue.shutdown();
    expect(await taken).toBeUndefined();
    queue.add('b');
    queue.addRateLimited('c');
    expect(await queue.take()).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets a worker finish its key', async () => {
    const { queue } = setUp();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.shutdown();
    queue.done('a');
    expect(queue.depth).toBe(0);
  });
});

describe('metrics', () => {
  const countOf = async (
    metrics: ReturnType<typeof createKubeMetrics>,
    which: 'queueAdds' | 'queueRetries',
  ) => (await metrics[which].get()).values[0]?.value;

  it('count from zero', async () => {
    const { queue, metrics } = setUp();
    expect([await countOf(metrics, 'queueAdds'), await countOf(metrics, 'queueRetries')]).toEqual([0, 0]);
    queue.add('a');
    queue.addRateLimited('a');
    expect([await countOf(metrics, 'queueAdds'), await countOf(metrics, 'queueRetries')]).toEqual([2, 1]);
  });

  it('show depth by priority and how long keys are in process', async () => {
    const { queue, metrics, clock } = setUp();
    queue.add('busy');
    await queue.take();
    queue.add('a');
    queue.add('b', { priority: lowPriority });
    await clock.advance(3_000);
    const [sample] = [...metrics.queues].map((sampled) => sampled());
    expect(sample?.depth).toEqual(
      new Map([
        [0, 1],
        [lowPriority, 1],
      ]),
    );
    expect(sample?.runningSeconds).toEqual([3]);
    queue.shutdown();
    expect(metrics.queues.size).toBe(0);
  });
});

it('a taker that waits takes nothing twice', async () => {
  const { queue } = setUp();
  const taken = Promise.all([queue.take(), queue.take()]);
  queue.add('a');
  queue.add('a');
  await settle();
  queue.done('a');
  expect(await taken).toEqual(['a', 'a']);
});
