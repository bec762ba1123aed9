import { seeded } from '../../../../operator/kube/testing/seeded.ts';
import { azureSizes, type VmSize } from '../azure-sizes.ts';
import { makeHosts } from './hosts.ts';
import {
  hostnameKey,
  type Workload,
  type WorkloadEvent,
  type WorkloadRule,
  type WorkloadVm,
  zoneKey,
} from './model.ts';

const groupsPerTenant = 5;
const vmsPerGroup = 10;

export interface TenantsOptions {
  hosts: number;
  /** VMs that are created one after the other. */
  creations: number;
  /** After that: times that one VM goes and another comes. */
  replacements?: number;
  seed?: number;
}

interface Tenant {
  rules: WorkloadRule[];
  vms: WorkloadVm[];
}

/**
 * Tenants come one after the other, each with a namespace of five groups of ten VMs. The VMs of a group have one of
 * Azure's sizes, drawn by its frequency; no two share a host, they are spread evenly over the zones, and those of one
 * group in four need hosts with a fast disk. The groups of a tenant arrive mixed. The same options make the same workload.
 */
export function makeTenants({ hosts, creations, replacements = 0, seed = 1 }: TenantsOptions): Workload {
  const random = seeded(seed);
  const total = creations + replacements;
  const tenants = Array.from({ length: Math.ceil(total / (groupsPerTenant * vmsPerGroup)) }, (_, index) =>
    makeTenant(`tenant-${index + 1}`, random),
  );
  const vms = tenants.flatMap((tenant) => tenant.vms).slice(0, total);
  return {
    hosts: makeHosts(hosts),
    rules: tenants.flatMap((tenant) => tenant.rules),
    events: [...vms.slice(0, creations).map(creation), ...replace(vms, creations, random)],
  };
}

const creation = (vm: WorkloadVm): WorkloadEvent => ({ kind: 'create', vm });

/** One of those that are there goes, by chance, before each that comes. */
function replace(vms: readonly WorkloadVm[], from: number, random: () => number): WorkloadEvent[] {
  const alive = vms.slice(0, from).map(({ id }) => id);
  return vms.slice(from).flatMap((vm) => {
    const [id] = alive.splice(Math.floor(random() * alive.length), 1, vm.id);
    return id === undefined ? [creation(vm)] : [{ kind: 'delete', id }, creation(vm)];
  });
}

function makeTenant(namespace: string, random: () => number): Tenant {
  const groups = Array.from({ length: groupsPerTenant }, (_, index) => ({ app: `app-${index + 1}` }));
  const vms = groups.flatMap((labels) => makeGroup(namespace, labels, random));
  return { rules: groups.map((labels) => ruleOf(namespace, labels)), vms: shuffled(vms, random) };
}

function makeGroup(namespace: string, labels: { app: string }, random: () => number): WorkloadVm[] {
  const { cpu, memoryGiB } = drawSize(random());
  const needsFastDisk = random() < 0.25;
  return Array.from({ length: vmsPerGroup }, (_, index) => ({
    id: `${namespace}/${labels.app}-${index + 1}`,
    namespace,
    labels: { ...labels, tenant: namespace },
    requests: { cpu, memory: memoryGiB * 2 ** 30 },
    ...(needsFastDisk ? { hostLabels: { disk: 'nvme' } } : {}),
  }));
}

function ruleOf(namespace: string, selects: { app: string }): WorkloadRule {
  return {
    ...{ name: selects.app, namespace, selects },
    antiAffinity: [{ topologyKey: hostnameKey }],
    spread: [{ topologyKey: zoneKey, maxSkew: 1 }],
  };
}

const vmsOfAll = azureSizes.reduce((sum, { count }) => sum + count, 0);

/** The size at this place, from 0 to 1, of all VMs ordered by size. */
export function drawSize(place: number): VmSize {
  let left = place * vmsOfAll;
  const found = azureSizes.find(({ count }) => {
    left -= count;
    return left < 0;
  });
  if (!found) throw new RangeError(`${place} is not from 0 to 1`);
  return found;
}

/** By Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
