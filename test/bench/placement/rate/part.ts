import { join } from 'node:path';
import { Contestant, nodeProgram } from '../../contestant.ts';
import type { BenchContext } from '../../main.ts';
import type { Figure } from '../../report.ts';
import { ruleNames } from '../verifier/fault.ts';
import { makeTenants } from '../workload/tenants.ts';
import type { RateSpec } from './client.ts';
import { type PlacerName, type Result, rateFigures } from './figures.ts';
import { hailContest } from './hail/contest.ts';
import { schedulerContest } from './kube-scheduler/contest.ts';

const hosts = 5_000;
const workload = { hosts, creations: 30_000, replacements: 20_000 };
/** The first so many, as kube-scheduler takes its time. */
const podsScheduled = 1_000;
const limitMs = 20_000;
const placers: readonly PlacerName[] = ['engine, Spread', 'engine, Pack', 'best fit', 'hybrid fit'];

/** How fast decisions are with every host considered: the engine, plain scans, kube-scheduler, hail. All are verified. */
export async function ratePart(dir: string, context: BenchContext): Promise<Figure[]> {
  const { progress, signal } = context;
  const results = new Map<PlacerName, Result>();
  for (const placer of placers) {
    const result = await decide({ placer, workload, limitMs }, signal);
    progress(`${placer}: ${Math.round(result.pace.rate)} placements a second`);
    results.set(placer, result);
  }
  const pods = makeTenants({ hosts, creations: podsScheduled });
  const schedulers = await schedulerContest(pods, join(dir, 'kube-scheduler'), context);
  const hail = await hailContest(join(dir, 'hail'), context);
  return rateFigures({ hosts, placers: results, schedulers, hail });
}

const paceKeys = ['placements', 'refusals', 'rate', 'rateOfCpu', 'p50Ms', 'p99Ms', 'maxMs'] as const;

/** In a process of its own, so that nobody's garbage is another's pause. */
async function decide(spec: RateSpec, signal: AbortSignal): Promise<Result> {
  const process = new Contestant(spec.placer, nodeProgram(import.meta.dirname, 'client.ts', spec), signal);
  try {
    const answer = await process.next([...paceKeys, ...ruleNames]);
    const faults = Object.fromEntries(ruleNames.map((rule) => [rule, answer[rule]]));
    return { pace: answer, faults };
  } finally {
    await process.end();
  }
}
