import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackages } from '../../../../hack/apt/apt.ts';
import { run } from '../../../../hack/command.ts';
import type { BenchContext } from '../../main.ts';
import { EnginePlacer, pool, vmState } from '../engine-adapter.ts';
import { clusterText } from '../rate/hail/cluster-text.ts';
import { replay } from '../rate/replay.ts';
import { makeTenants } from '../workload/tenants.ts';
import { roomFor } from './room.ts';

/** Hosts; at 40 hspace takes some 20 s already. */
const sizes = [20, 40];
const vmsPerHost = 4;
const timeoutMs = 120_000;
const shape = { cpu: 4, memory: 16 * 2 ** 30 };

/** One size: what each says of how many more fit, and in how long. */
export interface SpaceAnswer {
  hosts: number;
  engine: { fits: number; seconds: number };
  /** Undefined when it did not answer in time. */
  hspace: { fits: number; seconds: number } | undefined;
  /** Added up by hand. */
  room: number;
}

/** Ganeti's hspace on the same hosts and VMs, with neither anti-affinity nor its check of N+1: room alone is counted. */
export async function spaceContest(dir: string, { progress, signal }: BenchContext): Promise<SpaceAnswer[]> {
  await ensurePackages(['ganeti-htools'], { onProgress: progress, signal });
  await mkdir(dir, { recursive: true });
  const answers: SpaceAnswer[] = [];
  for (const hosts of sizes) {
    progress(`hspace: ${hosts} hosts`);
    answers.push(await ask(hosts, join(dir, `cluster-${hosts}`), signal));
  }
  return answers;
}

async function ask(count: number, file: string, signal: AbortSignal): Promise<SpaceAnswer> {
  const { hosts, events } = makeTenants({ hosts: count, creations: vmsPerHost * count });
  const placer = new EnginePlacer(hosts, [], 'Spread');
  const { outcomes } = replay(placer, events, { limitMs: timeoutMs, now: () => 0, cpuMs: () => 0 });
  await writeFile(file, clusterText(hosts, outcomes));
  const vm = vmState({ id: 'bench/more', namespace: 'bench', labels: {}, requests: shape });
  const begin = performance.now();
  const fits = placer.engine.fits({ vm, pool, strategy: 'Spread' }, 1e6);
  const seconds = (performance.now() - begin) / 1e3;
  return {
    ...{ hosts: count, engine: { fits, seconds }, room: roomFor(shape, hosts, outcomes) },
    hspace: await askHspace(file, signal),
  };
}

async function askHspace(file: string, signal: AbortSignal): Promise<SpaceAnswer['hspace']> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const asked = `0,${shape.memory / 2 ** 20},${shape.cpu}`;
  const how = ['--no-capacity-checks', '--accept-existing-errors', '--disk-template=diskless'];
  const begin = performance.now();
  try {
    const args = ['-t', file, ...how, `--standard-alloc=${asked}`, '--machine-readable'];
    const output = await run('hspace', args, { signal: AbortSignal.any([signal, timeout]) });
    return { fits: fitsIn(output), seconds: (performance.now() - begin) / 1e3 };
  } catch (error) {
    if (timeout.aborted) return undefined;
    throw error;
  }
}

/** @throws Error when it is not said */
export function fitsIn(output: string): number {
  const count = /^HTS_ALLOC_INSTANCES=(\d+)$/m.exec(output)?.[1];
  if (count === undefined) throw new Error(`hspace does not say how many fit: ${output.slice(0, 200)}`);
  return Number(count);
}
