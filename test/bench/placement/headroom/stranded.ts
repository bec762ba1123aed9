/** A VM with the hosts to which it would go, the first that is left. */
export interface PlannedVm {
  id: string;
  host: string;
  sizes: readonly number[];
  targets: readonly string[];
}

export interface PlainHost {
  name: string;
  domain: string;
  limits: readonly number[];
}

/**
 * Lets domains fail, some drawn by chance, and follows the plan with sums of its own: how many VMs find their host failed
 * as well, or without room, in all tries together. VMs that the plan does not protect only take up their room.
 */
export function strandedBy(
  hosts: readonly PlainHost[],
  vms: readonly PlannedVm[],
  { failures, tries, random }: { failures: number; tries: number; random: () => number },
): number {
  const byName = new Map(hosts.map((host) => [host.name, host]));
  const domains = [...new Set(hosts.map(({ domain }) => domain))];
  const byDomain = Map.groupBy(vms, ({ host }) => byName.get(host)?.domain);
  const used = usedOn(vms);
  let stranded = 0;
  for (let one = 0; one < tries; one++) {
    const failed = new Set<string>();
    while (failed.size < failures) failed.add(domains[Math.floor(random() * domains.length)] as string);
    const arrived = new Map<string, number[]>();
    for (const domain of failed)
      for (const vm of byDomain.get(domain) ?? []) {
        if (vm.targets.length < failures) continue;
        const target = vm.targets
          .map((name) => byName.get(name))
          .find((host) => host && !failed.has(host.domain));
        if (!target || !takesIn(target, vm, used, arrived)) stranded += 1;
      }
  }
  return stranded;
}

function usedOn(vms: readonly PlannedVm[]): Map<string, number[]> {
  const used = new Map<string, number[]>();
  for (const { host, sizes } of vms) {
    const there = used.get(host) ?? sizes.map(() => 0);
    used.set(
      host,
      there.map((amount, d) => amount + (sizes[d] ?? 0)),
    );
  }
  return used;
}

/** Whether there is room beside what runs there and what has come; counts the VM in if so. */
function takesIn(
  { name, limits }: PlainHost,
  { sizes }: PlannedVm,
  used: ReadonlyMap<string, readonly number[]>,
  arrived: Map<string, number[]>,
): boolean {
  const come = arrived.get(name) ?? sizes.map(() => 0);
  const total = come.map((amount, d) => amount + (sizes[d] ?? 0));
  if (total.some((amount, d) => amount + (used.get(name)?.[d] ?? 0) > (limits[d] ?? 0))) return false;
  arrived.set(name, total);
  return true;
}
