import { answer } from '../../answer.ts';
import { EnginePlacer } from '../engine-adapter.ts';
import type { Placer } from '../placer.ts';
import { ruleNames } from '../verifier/fault.ts';
import { countFaults, verify } from '../verifier/verify.ts';
import type { Workload } from '../workload/model.ts';
import { makeTenants, type TenantsOptions } from '../workload/tenants.ts';
import { BaselinePlacer, fitnesses } from './baseline.ts';
import type { PlacerName } from './figures.ts';
import { paceOf, replay } from './replay.ts';

export interface RateSpec {
  placer: PlacerName;
  workload: TenantsOptions;
  limitMs: number;
}

function open(name: PlacerName, { hosts, rules }: Workload): Placer {
  if (name === 'engine, Spread') return new EnginePlacer(hosts, rules, 'Spread');
  if (name === 'engine, Pack') return new EnginePlacer(hosts, rules, 'Pack');
  return new BaselinePlacer(hosts, fitnesses[name]);
}

/* Decides one workload to get warm and another that counts, and answers with its pace and how often it broke each rule. */

const { placer, workload: options, limitMs } = JSON.parse(process.argv[2] ?? '{}') as RateSpec;
const now = () => performance.now();
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
};
const other = makeTenants({ ...options, seed: 2 });
replay(open(placer, other), other.events, { limitMs: limitMs / 5, now, cpuMs });
const workload = makeTenants(options);
const result = replay(open(placer, workload), workload.events, { limitMs, now, cpuMs });
const none = Object.fromEntries(ruleNames.map((name) => [name, 0]));
answer({ ...paceOf(result), ...none, ...countFaults(verify(workload, result.outcomes)) });
