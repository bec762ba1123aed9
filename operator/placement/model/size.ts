import type { VmState } from './vm.ts';

/**
 * Orders VMs that are to be placed by size, the largest first: by the sum of their parts of the most that one of them asks
 * of each resource; equal ones by id.
 */
export function bySize(vms: readonly VmState[]): (a: VmState, b: VmState) => number {
  const most: Record<string, number> = {};
  for (const { requests } of vms) {
    for (const name in requests) most[name] = Math.max(most[name] ?? 0, requests[name] ?? 0);
  }
  const sizes = new Map(vms.map((vm) => [vm.id, sizeOf(vm, most)]));
  return (a, b) => (sizes.get(b.id) ?? 0) - (sizes.get(a.id) ?? 0) || (a.id < b.id ? -1 : 1);
}

function sizeOf({ requests }: VmState, most: Readonly<Record<string, number>>): number {
  return Object.entries(requests).reduce((sum, [name, amount]) => sum + amount / (most[name] || 1), 0);
}
