import type { MoveProblem } from '../../../../operator/placement/moves/problem.ts';
import type { Move } from '../../../../operator/placement/moves/waves.ts';

/**
 * How many moves come to a host that has no room for them while every VM of their wave still counts on both hosts, start
 * elsewhere than where their VM is, or are one too many at once for a host. Counts all by itself.
 */
export function countFaults(
  problem: MoveProblem,
  waves: readonly (readonly Move[])[],
  perHost: number,
): number {
  const { dimensions, hosts, vms } = problem;
  const at = vms.host.slice();
  let faults = 0;
  for (const wave of waves) {
    const used = usedBy(problem, at);
    const busy = new Map<number, number>();
    for (const { vm, from, to } of wave) {
      if (at[vm] !== from) faults++;
      for (const host of [from, to]) busy.set(host, (busy.get(host) ?? 0) + 1);
      for (let d = 0; d < dimensions; d++)
        used[to * dimensions + d] =
          (used[to * dimensions + d] as number) + (vms.requests[vm * dimensions + d] as number);
    }
    for (const count of busy.values()) faults += Math.max(0, count - perHost);
    for (const { to } of wave)
      for (let d = 0; d < dimensions; d++)
        if ((used[to * dimensions + d] as number) > (hosts.limits[to * dimensions + d] as number)) faults++;
    for (const { vm, to } of wave) at[vm] = to;
  }
  return faults;
}

/** What each host carries with VMs at these places: hosts × dimensions. */
export function usedBy({ dimensions, hosts, vms }: MoveProblem, at: Int32Array): Float64Array {
  const used = new Float64Array(hosts.count * dimensions);
  for (const [vm, host] of at.entries())
    for (let d = 0; d < dimensions; d++)
      used[host * dimensions + d] =
        (used[host * dimensions + d] as number) + (vms.requests[vm * dimensions + d] as number);
  return used;
}

/** Of memory, the second dimension: the fullest host, and the standard deviation. */
export function memoryBalance(problem: MoveProblem, at: Int32Array): { fullest: number; deviation: number } {
  const used = usedBy(problem, at);
  const parts = Array.from(
    { length: problem.hosts.count },
    (_, host) => (used[host * 2 + 1] as number) / (problem.hosts.limits[host * 2 + 1] as number),
  );
  const mean = parts.reduce((sum, part) => sum + part, 0) / parts.length;
  const variance = parts.reduce((sum, part) => sum + (part - mean) ** 2, 0) / parts.length;
  return { fullest: Math.max(...parts), deviation: Math.sqrt(variance) };
}
