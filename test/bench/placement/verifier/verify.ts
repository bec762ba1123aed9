import type { Outcome, Workload, WorkloadHost, WorkloadVm } from '../workload/model.ts';
import type { Fault, RuleName } from './fault.ts';
import { capacity, selector, taint } from './host-rules.ts';
import { affinity, antiAffinity, spread, topology } from './neighbour-rules.ts';
import { reserve } from './reserve.ts';
import { domainLimit, exclusive } from './sharing-rules.ts';
import { World } from './world.ts';

type Check = (world: World, vm: WorkloadVm, host: WorkloadHost) => Fault[];

/** Cheapest first: whether a VM was refused for good reason is asked of every host. */
const checks: readonly Check[] = [
  selector,
  taint,
  capacity,
  topology,
  antiAffinity,
  affinity,
  spread,
  exclusive,
  domainLimit,
  reserve,
];

/**
 * Goes through what somebody made of a workload, in the order in which it happened, and finds every rule that was broken
 * at the time. Nothing is taken over from who decided: sums and counts are made anew for each decision.
 */
export function verify(workload: Omit<Workload, 'events'>, outcomes: readonly Outcome[]): Fault[] {
  const world = new World(workload);
  return [...outcomes.flatMap((outcome) => follow(world, outcome)), ...gangs(outcomes)];
}

/** How often each rule was broken; a rule that was kept is not among them. */
export function countFaults(faults: readonly Fault[]): Partial<Record<RuleName, number>> {
  const counts: Partial<Record<RuleName, number>> = {};
  for (const { rule } of faults) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

function follow(world: World, outcome: Outcome): Fault[] {
  switch (outcome.kind) {
    case 'deleted':
      world.remove(outcome.id);
      return [];
    case 'refused':
      return refusal(world, outcome.vm);
    case 'placed':
      return placement(world, outcome.vm, outcome.host);
  }
}

function placement(world: World, vm: WorkloadVm, hostName: string): Fault[] {
  const host = world.hosts.get(hostName);
  if (!host) return [{ rule: 'known', vm: vm.id, text: `there is no host ${hostName}` }];
  if (world.has(vm.id)) return [{ rule: 'known', vm: vm.id, text: `it is placed twice, now on ${hostName}` }];
  const faults = checks.flatMap((check) => check(world, vm, host));
  world.add(vm, host);
  return faults;
}

/** A gang is refused as a whole, so that a host for one of its VMs proves nothing. */
function refusal(world: World, vm: WorkloadVm): Fault[] {
  if (vm.gang !== undefined) return [];
  const fits = (host: WorkloadHost) => checks.every((check) => check(world, vm, host).length === 0);
  const host = [...world.hosts.values()].find(fits);
  return host ? [{ rule: 'refusal', vm: vm.id, text: `it was refused, but ${host.name} would do` }] : [];
}

function gangs(outcomes: readonly Outcome[]): Fault[] {
  const placed = new Set(outcomes.flatMap((one) => (one.kind === 'placed' ? gangOf(one.vm) : [])));
  return outcomes.flatMap((one) => {
    if (one.kind !== 'refused') return [];
    return gangOf(one.vm)
      .filter((gang) => placed.has(gang))
      .map((gang) => ({ rule: 'gang' as const, vm: one.vm.id, text: `others of gang ${gang} are placed` }));
  });
}

const gangOf = ({ gang, namespace }: WorkloadVm) => (gang === undefined ? [] : [`${namespace}/${gang}`]);
