import { exactQuantity } from '../../api/quantity.ts';
import { isMemory, nameOf, type Resources } from '../../placement/model/resources.ts';

/** One resource in a status. */
export interface ListedResource {
  name: string;
  allocatable: string;
  allocated: string;
}

/** Resources other than CPUs and memory, which statuses tell by themselves, by name; those that VMs still have of a host that lost them, too. */
export function resourceList(limits: Resources, used: Resources): ListedResource[] {
  return listedNames(limits, used).map((resource) => ({
    name: nameOf(resource),
    allocatable: amountInStatus(resource, limits[resource] ?? 0),
    allocated: amountInStatus(resource, used[resource] ?? 0),
  }));
}

/** In placement's words, in the order in which statuses list them. */
export function listedNames(...all: readonly Resources[]): string[] {
  const names = new Set(all.flatMap((resources) => Object.keys(resources)));
  return [...names].filter((name) => name !== 'cpu' && name !== 'memory').sort();
}

export function amountInStatus(resource: string, amount: number): string {
  return isMemory(resource) ? exactQuantity(amount) : `${amount}`;
}

/** The sum of each resource. */
export function sumOf(all: Iterable<Resources>): Resources {
  const sum: Record<string, number> = {};
  for (const resources of all)
    for (const [name, amount] of Object.entries(resources)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}
