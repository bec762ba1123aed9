import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackages } from '../../../../../hack/apt/apt.ts';
import { run } from '../../../../../hack/command.ts';
import type { BenchContext } from '../../../main.ts';
import { countFaults, verify } from '../../verifier/verify.ts';
import type { Outcome, Workload, WorkloadVm } from '../../workload/model.ts';
import { makeTenants } from '../../workload/tenants.ts';
import { BaselinePlacer, fitnesses } from '../baseline.ts';
import { replay } from '../replay.ts';
import { allocationRequest, clusterText, parseAllocation } from './cluster-text.ts';

/** Debian's htools have hail as a program that Ganeti calls, not a user. */
const hail = '/usr/lib/ganeti/iallocators/hail';

/** Hosts; it is asked for the next size only if it answered in time at the one before. */
const sizes = [100, 400, 1_000];
const questions = 3;
const timeoutMs = 30_000;

/** One size at which it answered: of each question the seconds, and how many rules its answers broke. */
export interface Answers {
  hosts: number;
  seconds: number[];
  faults: number;
}

/**
 * Ganeti's allocator, a process for each VM that reads the whole cluster anew, as Ganeti itself asks it. Two VMs for each
 * host are there before. Of the rules it is told CPU, memory and anti-affinity; its check of N+1 is left out.
 */
export async function hailContest(dir: string, { progress, signal }: BenchContext): Promise<Answers[]> {
  await ensurePackages(['ganeti-htools'], { onProgress: progress, signal });
  await mkdir(dir, { recursive: true });
  const all: Answers[] = [];
  for (const hosts of sizes) {
    const answers = await ask(hosts, dir, signal);
    if (!answers) {
      progress(`hail: no answer in ${timeoutMs / 1e3} s at ${hosts} hosts`);
      break;
    }
    progress(`hail: ${hosts} hosts, ${answers.seconds.map((value) => value.toFixed(2)).join(', ')} s`);
    all.push(answers);
  }
  return all;
}

async function ask(hosts: number, dir: string, signal: AbortSignal): Promise<Answers | undefined> {
  const workload = hailWorkload(hosts);
  const before = workload.events.slice(0, -questions);
  const placer = new BaselinePlacer(workload.hosts, fitnesses['best fit']);
  const { outcomes } = replay(placer, before, {
    limitMs: 60_000,
    now: () => performance.now(),
    cpuMs: () => 0,
  });
  const seconds: number[] = [];
  for (const event of workload.events.slice(-questions)) {
    if (event.kind !== 'create') continue;
    await writeFile(join(dir, 'cluster'), clusterText(workload.hosts, outcomes));
    const begin = performance.now();
    const outcome = await allocate(event.vm, dir, signal);
    if (!outcome) return undefined;
    seconds.push((performance.now() - begin) / 1e3);
    outcomes.push(outcome);
  }
  const faults = Object.values(countFaults(verify(workload, outcomes)));
  return { hosts, seconds, faults: faults.reduce((sum, count) => sum + count, 0) };
}

/** Its part of the rules. */
function hailWorkload(hosts: number): Workload {
  const { rules, events, ...rest } = makeTenants({ hosts, creations: 2 * hosts + questions });
  return {
    ...rest,
    rules: rules.map(({ spread: _, ...rule }) => rule),
    events: events.map((event) => {
      if (event.kind === 'delete') return event;
      const { hostLabels: _, ...vm } = event.vm;
      return { kind: 'create', vm };
    }),
  };
}

/** @returns undefined when it does not answer in time */
async function allocate(vm: WorkloadVm, dir: string, signal: AbortSignal): Promise<Outcome | undefined> {
  await writeFile(join(dir, 'request'), allocationRequest(vm));
  const timeout = AbortSignal.timeout(timeoutMs);
  const args = ['--no-capacity-checks', '-t', join(dir, 'cluster'), join(dir, 'request')];
  try {
    const host = parseAllocation(await run(hail, args, { signal: AbortSignal.any([signal, timeout]) }));
    return host === undefined ? { kind: 'refused', vm } : { kind: 'placed', vm, host };
  } catch (error) {
    if (timeout.aborted) return undefined;
    throw error;
  }
}
