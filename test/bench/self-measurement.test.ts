import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { callRepeatedly, settledMemory, spent } from './self-measurement.ts';

describe("a process's memory", () => {
  it('is told without what is garbage', async () => {
    setFlagsFromString('--expose-gc');
    globalThis.gc ??= runInNewContext('gc');
    let kept: number[][] | undefined = Array.from({ length: 1_000 }, () =>
      Array.from({ length: 1_000 }, Math.random),
    );
    const before = await settledMemory();
    expect(kept).toHaveLength(1_000);
    kept = undefined;
    const after = await settledMemory();
    expect(before.heapKiB - after.heapKiB).toBeGreaterThan(5_000);
    expect(after.residentKiB).toBeGreaterThan(after.heapKiB);
    expect(after.youngKiB).toBeGreaterThan(0);
  });
});

describe('what work takes', () => {
  it('is all of it, and CPU only while it computes', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waited = spent(() => promise);
    const computed = await spent(async () => {
      for (const end = performance.now() + 30; performance.now() < end; );
    });
    resolve();
    expect(computed.cpuSeconds).toBeGreaterThan(0);
    expect((await waited).seconds).toBeGreaterThanOrEqual(computed.seconds);
  });

  it('is not told of work that fails', async () => {
    await expect(spent(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});

describe('calls', () => {
  it('are made by so many callers at once, each one after the other, and all are counted', async () => {
    const [underWay, most] = [new Map<number, number>(), new Map<number, number>()];
    let made = 0;
    const call = async (caller: number) => {
      made += 1;
      underWay.set(caller, (underWay.get(caller) ?? 0) + 1);
      most.set(caller, Math.max(most.get(caller) ?? 0, underWay.get(caller) ?? 0));
      await turn();
      underWay.set(caller, (underWay.get(caller) ?? 0) - 1);
    };
    const sample = await callRepeatedly(call, { ms: 20, inFlight: 3 });
    expect([...most]).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(sample.calls).toBe(made);
    expect(sample.seconds).toBeGreaterThanOrEqual(0.02);
  });

  it('end with the first that fails', async () => {
    const call = () => Promise.reject(new Error('refused'));
    await expect(callRepeatedly(call, { ms: 1_000, inFlight: 2 })).rejects.toThrow('refused');
  });
});
