import { amount, type Outcome, type WorkloadHost, type WorkloadVm } from '../workload/model.ts';

/** How many VMs that ask for this have room, host by host, added up from what is placed: no code of who is measured. */
export function roomFor(
  shape: WorkloadVm['requests'],
  hosts: readonly WorkloadHost[],
  outcomes: readonly Outcome[],
): number {
  const used = new Map<string, Record<string, number>>();
  for (const outcome of outcomes) {
    if (outcome.kind !== 'placed') continue;
    const there = used.get(outcome.host) ?? {};
    for (const [name, asked] of Object.entries(outcome.vm.requests)) there[name] = (there[name] ?? 0) + asked;
    used.set(outcome.host, there);
  }
  return hosts.reduce((sum, { name, limits }) => {
    const free = (dimension: string) => amount(limits, dimension) - (used.get(name)?.[dimension] ?? 0);
    const fits = Object.entries(shape).map(([dimension, asked]) => Math.floor(free(dimension) / asked));
    return sum + Math.max(0, Math.min(...fits));
  }, 0);
}
