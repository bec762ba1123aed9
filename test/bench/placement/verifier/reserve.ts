import { amount, type WorkloadHost, type WorkloadVm } from '../workload/model.ts';
import type { Fault } from './fault.ts';
import { domainOf, type World } from './world.ts';

/**
 * After the placement the VMs of any so many failed domains still have room elsewhere, in each dimension by itself.
 * Where this is broken there is no way to place them all; where it holds there need not be one, as VMs cannot be cut.
 */
export function reserve(world: World, vm: WorkloadVm, host: WorkloadHost): Fault[] {
  const { reserve } = world;
  if (!reserve) return [];
  return Object.keys(vm.requests).flatMap((dimension) => {
    const free = sum([...world.hosts.values()].map((one) => world.free(one, dimension)));
    // What is used in the failed domains must not exceed what is free in the others: free + used is the whole domain.
    const failed = sum(largestDomains(world, dimension, reserve));
    const missing = failed - (free - amount(vm.requests, dimension));
    if (missing <= 0) return [];
    const text = `on ${host.name} it takes ${missing} of ${dimension} from the reserve`;
    return [{ rule: 'reserve', vm: vm.id, text }];
  });
}

function largestDomains(
  world: World,
  dimension: string,
  { failures, topologyKey }: { failures: number; topologyKey: string },
): number[] {
  const sizes = new Map<string, number>();
  for (const host of world.hosts.values()) {
    // A host of no domain fails by itself.
    const domain = domainOf(host, topologyKey) ?? `of ${host.name}`;
    sizes.set(domain, (sizes.get(domain) ?? 0) + amount(host.limits, dimension));
  }
  return [...sizes.values()].sort((a, b) => b - a).slice(0, failures);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
