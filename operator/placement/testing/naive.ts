import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import type { Labels, Selector } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';

/** The world as plain maps: what an engine was told. */
export interface PlainWorld {
  hosts: Map<string, HostState>;
  vms: Map<string, PlacedVm>;
  policies: Map<string, Policy>;
}

/**
 * The rules told once more, naively and without any code of the engine: which hosts of the pool may take the VM, each by
 * looking at every VM and policy anew.
 */
export function mayTake(world: PlainWorld, vm: VmState, pool: string): string[] {
  const hosts = [...world.hosts.values()].filter((host) => host.pool === pool);
  const eligible = hosts.filter((host) => admits(world, host, vm));
  return eligible
    .filter(
      (host) => hasRoom(world, host, vm) && hasCell(world, host, vm) && keepsRules(world, eligible, host, vm),
    )
    .map(({ name }) => name);
}

const othersThan = ({ vms }: PlainWorld, vm: VmState) => [...vms.values()].filter(({ id }) => id !== vm.id);

function isSelected(selector: Selector, labels: Labels): boolean {
  const wanted = Object.entries(selector.matchLabels ?? {});
  if (wanted.some(([key, value]) => labels[key] !== value)) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    if (operator === 'In') return value !== undefined && values.includes(value);
    return value === undefined || !values.includes(value);
  });
}

/** The policies that select the VM. */
export function policiesOf(world: PlainWorld, vm: VmState): Policy[] {
  const ofNamespace = [...world.policies.values()].filter(({ namespace }) => namespace === vm.namespace);
  return ofNamespace.filter(({ vmSelector }) => isSelected(vmSelector, vm.labels));
}

function admits(world: PlainWorld, host: HostState, vm: VmState): boolean {
  const hard = (host.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  const tolerated = (key: string) => (vm.tolerations ?? []).some((one) => one.key === key);
  const wants = policiesOf(world, vm).flatMap(({ hostAffinity }) => hostAffinity);
  return (
    host.available.yes &&
    (!vm.hostSelector || isSelected(vm.hostSelector, host.labels)) &&
    (!vm.hostAffinity?.required || vm.hostAffinity.required.some((one) => isSelected(one, host.labels))) &&
    wants.every((one) => !one.enforcement.required || isSelected(one.hostSelector, host.labels)) &&
    hard.every(({ key }) => tolerated(key)) &&
    (vm.needs ?? []).every((need) => host.offers?.includes(need))
  );
}

function hasRoom(world: PlainWorld, host: HostState, vm: VmState): boolean {
  const there = othersThan(world, vm).filter((other) => other.host === host.name);
  return Object.entries(vm.requests).every(([name, amount]) => {
    const used = there.reduce((sum, other) => sum + (other.requests[name] ?? 0), 0);
    return amount === 0 || used + amount <= (host.limits[name] ?? 0);
  });
}

const hasCell = (world: PlainWorld, host: HostState, vm: VmState) =>
  !vm.oneCell || firstCell(world, host, vm) >= 0;

/**
 * The first cell of the host that has room for the VM, -1 without one. VMs of one cell whose cells are not known are
 * thought in the first that has room, by their ids.
 */
export function firstCell(world: PlainWorld, { name, cells = [] }: HostState, vm: VmState): number {
  const inCells: VmState[][] = cells.map(() => []);
  const fits = (one: VmState, number: number) =>
    Object.entries(one.requests).every(([resource, amount]) => {
      if (!/^(cpu|memory|hugepages-.*)$/.test(resource)) return true;
      const used = inCells[number]?.reduce((sum, other) => sum + (other.requests[resource] ?? 0), 0) ?? 0;
      return used + amount <= (cells[number]?.limits[resource] ?? 0);
    });
  const fitting = (one: VmState) => cells.findIndex((_, number) => fits(one, number));
  const there = othersThan(world, vm).filter((other) => other.host === name && other.oneCell);
  for (const one of there) inCells[one.cell ?? -1]?.push(one);
  const unknown = there.filter(({ cell }) => cell === undefined || !inCells[cell]);
  for (const one of unknown.sort((a, b) => (a.id < b.id ? -1 : 1)))
    inCells[Math.max(0, fitting(one))]?.push(one);
  return fitting(vm);
}

type Count = (namespace: string, selector: Selector, key: string, value?: string) => number;

/** Who asks for which host, and how many VMs others are where. */
interface Case {
  vm: VmState;
  host: HostState;
  eligible: HostState[];
  mine: Policy[];
  all: Policy[];
  /** How many of the VMs are in the domain; in any domain of the key when no value is given. */
  count: Count;
}

function keepsRules(world: PlainWorld, eligible: HostState[], host: HostState, vm: VmState): boolean {
  const all = [...world.policies.values()];
  const mine = policiesOf(world, vm);
  const one: Case = { vm, host, eligible, mine, all, count: counter(world, vm) };
  const rules = [isApart, isLetIn, isTogether, isSpread];
  return rules.every((keeps) => keeps(one)) && isLicensed(world, one) && isAlone(world, one);
}

function counter(world: PlainWorld, vm: VmState): Count {
  return (namespace, selector, key, value) =>
    othersThan(world, vm).filter((other) => {
      const domain = world.hosts.get(other.host)?.labels[key];
      if (domain === undefined || (value !== undefined && domain !== value)) return false;
      return other.namespace === namespace && isSelected(selector, other.labels);
    }).length;
}

function isApart({ mine, host, count }: Case): boolean {
  return mine.every(({ namespace, vmSelector, vmAntiAffinity }) =>
    vmAntiAffinity.every(({ topologyKey, vmSelector: those = vmSelector, enforcement }) => {
      const value = host.labels[topologyKey];
      if (!enforcement.required) return true;
      return value !== undefined && count(namespace, those, topologyKey, value) === 0;
    }),
  );
}

/** No VM that is there wants to be apart from this one. */
function isLetIn({ all, vm, host, count }: Case): boolean {
  return all.every(({ namespace, vmSelector, vmAntiAffinity }) =>
    vmAntiAffinity.every(({ topologyKey, vmSelector: those, enforcement }) => {
      const value = host.labels[topologyKey];
      if (!enforcement.required || namespace !== vm.namespace || !those || value === undefined) return true;
      return !isSelected(those, vm.labels) || count(namespace, vmSelector, topologyKey, value) === 0;
    }),
  );
}

function isTogether({ mine, vm, host, count }: Case): boolean {
  return mine.every(({ namespace, vmSelector, vmAffinity }) =>
    vmAffinity.every(({ topologyKey, vmSelector: those = vmSelector, enforcement }) => {
      const value = host.labels[topologyKey];
      if (!enforcement.required) return true;
      if (value === undefined) return false;
      if (count(namespace, those, topologyKey) === 0 && isSelected(those, vm.labels)) return true;
      return count(namespace, those, topologyKey, value) > 0;
    }),
  );
}

function isSpread({ mine, host, eligible, count }: Case): boolean {
  return mine.every(({ namespace, vmSelector, topologySpread }) =>
    topologySpread.every(({ topologyKey, maxSkew, enforcement }) => {
      const value = host.labels[topologyKey];
      if (!enforcement.required) return true;
      if (value === undefined) return false;
      const domains = eligible.flatMap(({ labels }) => labels[topologyKey] ?? []);
      const fewest = Math.min(...domains.map((domain) => count(namespace, vmSelector, topologyKey, domain)));
      return count(namespace, vmSelector, topologyKey, value) + 1 - fewest <= maxSkew;
    }),
  );
}

function isLicensed(world: PlainWorld, { mine, vm, host }: Case): boolean {
  return mine.every(({ namespace, vmSelector, domainLimits = [] }) =>
    domainLimits.every(({ topologyKey, maxDomains }) => {
      const value = host.labels[topologyKey];
      const ones = othersThan(world, vm).filter(
        (other) => other.namespace === namespace && isSelected(vmSelector, other.labels),
      );
      const used = new Set(ones.flatMap((other) => world.hosts.get(other.host)?.labels[topologyKey] ?? []));
      return value !== undefined && (used.has(value) || used.size < maxDomains);
    }),
  );
}

function isAlone(world: PlainWorld, { all, vm, host }: Case): boolean {
  const there = othersThan(world, vm).filter((other) => other.host === host.name);
  const exclusive = all.filter((policy) => policy.exclusive);
  return exclusive.every(({ namespace, vmSelector }) => {
    const selects = (one: VmState) => one.namespace === namespace && isSelected(vmSelector, one.labels);
    return there.every((other) => selects(other) === selects(vm));
  });
}
