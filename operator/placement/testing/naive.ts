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
    .filter((host) => hasRoom(world, host, vm) && keepsRules(world, eligible, host, vm))
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
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    const [a, b] = [Number.parseInt(value ?? '', 10), Number.parseInt(values[0] ?? '', 10)];
    return operator === 'Gt' ? a > b : a < b;
  });
}

function policiesOf(world: PlainWorld, vm: VmState): Policy[] {
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

function keepsRules(world: PlainWorld, eligible: HostState[], host: HostState, vm: VmState): boolean {
  const others = othersThan(world, vm);
  const labelsOf = (name: string): Labels => world.hosts.get(name)?.labels ?? {};
  /** How many of the VMs are in the domain; in any domain of the key when no value is given. */
  const count = (namespace: string, selector: Selector, key: string, value?: string) =>
    others.filter((other) => {
      const domain = labelsOf(other.host)[key];
      if (domain === undefined || (value !== undefined && domain !== value)) return false;
      return other.namespace === namespace && isSelected(selector, other.labels);
    }).length;
  const mine = policiesOf(world, vm);
  const isApart = mine.every(({ namespace, vmSelector, vmAntiAffinity }) =>
    vmAntiAffinity.every((term) => {
      const value = host.labels[term.topologyKey];
      if (!term.enforcement.required) return true;
      return (
        value !== undefined && count(namespace, term.vmSelector ?? vmSelector, term.topologyKey, value) === 0
      );
    }),
  );
  const isLetIn = [...world.policies.values()].every(({ namespace, vmSelector, vmAntiAffinity }) =>
    vmAntiAffinity.every(({ topologyKey, vmSelector: those, enforcement }) => {
      const isMeant =
        enforcement.required && namespace === vm.namespace && those && isSelected(those, vm.labels);
      const value = host.labels[topologyKey];
      return !isMeant || value === undefined || count(namespace, vmSelector, topologyKey, value) === 0;
    }),
  );
  const isTogether = mine.every(({ namespace, vmSelector, vmAffinity }) =>
    vmAffinity.every((term) => {
      const value = host.labels[term.topologyKey];
      const those = term.vmSelector ?? vmSelector;
      if (!term.enforcement.required) return true;
      if (value === undefined) return false;
      if (count(namespace, those, term.topologyKey) === 0 && isSelected(those, vm.labels)) return true;
      return count(namespace, those, term.topologyKey, value) > 0;
    }),
  );
  const isSpread = mine.every(({ namespace, vmSelector, topologySpread }) =>
    topologySpread.every(({ topologyKey, maxSkew, enforcement }) => {
      const value = host.labels[topologyKey];
      if (!enforcement.required) return true;
      if (value === undefined) return false;
      const domains = eligible.flatMap(({ labels }) => labels[topologyKey] ?? []);
      const fewest = Math.min(...domains.map((domain) => count(namespace, vmSelector, topologyKey, domain)));
      return count(namespace, vmSelector, topologyKey, value) + 1 - fewest <= maxSkew;
    }),
  );
  const isLicensed = mine.every(({ namespace, vmSelector, domainLimits = [] }) =>
    domainLimits.every(({ topologyKey, maxDomains }) => {
      const value = host.labels[topologyKey];
      if (value === undefined) return false;
      const used = new Set(
        others
          .filter((other) => other.namespace === namespace && isSelected(vmSelector, other.labels))
          .flatMap((other) => labelsOf(other.host)[topologyKey] ?? []),
      );
      return used.has(value) || used.size < maxDomains;
    }),
  );
  const exclusive = [...world.policies.values()].filter((policy) => policy.exclusive);
  const isAlone = others
    .filter((other) => other.host === host.name)
    .every((other) =>
      exclusive.every((policy) => {
        const selects = (one: VmState) =>
          one.namespace === policy.namespace && isSelected(policy.vmSelector, one.labels);
        return selects(other) === selects(vm);
      }),
    );
  return isApart && isLetIn && isTogether && isSpread && isLicensed && isAlone;
}
