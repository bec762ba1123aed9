import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import type { CallSample } from './samples.ts';

/** What a process that measures itself holds. */
export interface Memory {
  residentKiB: number;
  /** Objects that are alive, in V8's heap. */
  heapKiB: number;
  /** Of `residentKiB` V8's young generation, which grows with what a process does, whatever it keeps. */
  youngKiB: number;
}

/** After a full garbage collection, if the process was started with `--expose-gc`. */
export async function settledMemory(): Promise<Memory> {
  // Twice, as some of what Node holds outside of its heap is let go only after the first.
  for (let turn = 0; turn < 2; turn++) {
    globalThis.gc?.();
    await delay(100);
  }
  const { rss, heapUsed } = process.memoryUsage();
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return {
    residentKiB: rss / 1024,
    heapKiB: heapUsed / 1024,
    youngKiB: (young?.physical_space_size ?? 0) / 1024,
  };
}

/** What `work` takes of time, and of this process's CPU on all its threads. */
export async function spent(work: () => Promise<unknown>): Promise<{ seconds: number; cpuSeconds: number }> {
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - begin) / 1e3, cpuSeconds: (user + system) / 1e6 };
}

/** Calls again and again for `ms`, by `inFlight` callers that each wait for their answer before they call again. */
export async function callRepeatedly(
  call: (caller: number) => Promise<unknown>,
  { ms, inFlight }: { ms: number; inFlight: number },
): Promise<Record<keyof CallSample, number>> {
  let calls = 0;
  const endAt = performance.now() + ms;
  const caller = async (index: number) => {
    for (; performance.now() < endAt; calls++) await call(index);
  };
  const took = await spent(() => Promise.all(Array.from({ length: inFlight }, (_, index) => caller(index))));
  return { calls, ...took };
}
