import { memory } from '../model/resources.ts';
import type { PlacedVm } from '../model/vm.ts';

/** A host, the VMs on it that may be made to go, and what it lacks as things are. */
export interface Stage {
  host: string;
  lower: readonly PlacedVm[];
  missing: Readonly<Record<string, number>>;
}

/** VMs that make way on one host, the least important first. */
export interface Choice {
  host: string;
  victims: readonly PlacedVm[];
}

/** Each VM by which the host would have the room. */
export function singles({ host, lower, missing }: Stage): Choice[] {
  return lower.filter((one) => covers(missing, [one])).map((one) => ({ host, victims: [one] }));
}

/** Each two VMs by which the host would have the room. */
export function pairs({ host, lower, missing }: Stage): Choice[] {
  const sorted = lower.toSorted(leastImportantFirst);
  return sorted.flatMap((one, at) =>
    sorted
      .slice(at + 1)
      .filter((other) => covers(missing, [one, other]))
      .map((other) => ({ host, victims: [one, other] })),
  );
}

/** Fewest victims first, then those whose most important ones are less so, then the least memory, then by name. */
export function cheapestFirst(a: Choice, b: Choice): number {
  return (
    a.victims.length - b.victims.length ||
    byPriorities(a.victims, b.victims) ||
    memoryOf(a.victims) - memoryOf(b.victims) ||
    (nameOf(a) < nameOf(b) ? -1 : 1)
  );
}

export function leastImportantFirst(a: PlacedVm, b: PlacedVm): number {
  return priorityOf(a) - priorityOf(b) || memoryOf([a]) - memoryOf([b]) || (a.id < b.id ? -1 : 1);
}

function covers(missing: Readonly<Record<string, number>>, victims: readonly PlacedVm[]): boolean {
  for (const name in missing) {
    let freed = 0;
    for (const { requests } of victims) freed += requests[name] ?? 0;
    if (freed < (missing[name] as number)) return false;
  }
  return true;
}

/** Of as many victims each, from the most important one down. */
function byPriorities(a: readonly PlacedVm[], b: readonly PlacedVm[]): number {
  for (let at = a.length - 1; at >= 0; at--) {
    const difference = priorityOf(a[at]) - priorityOf(b[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

const priorityOf = (vm: PlacedVm | undefined) => vm?.priority ?? 0;
const memoryOf = (vms: readonly PlacedVm[]) =>
  vms.reduce((sum, { requests }) => sum + (requests[memory] ?? 0), 0);
const nameOf = ({ host, victims }: Choice) => JSON.stringify([host, ...victims.map(({ id }) => id)]);
