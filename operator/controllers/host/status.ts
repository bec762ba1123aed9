import type { Host, HostStatus } from '../../api/host.ts';
import type { Taint } from '../../api/placement.ts';
import { exactQuantity, readableQuantity } from '../../api/quantity.ts';
import type { DomainSummary, HostFacts } from '../../hypervisor/hypervisor.ts';
import { conditionList, timestamp } from '../conditions.ts';
import type { ListedResource } from '../pool/resource-list.ts';
import type { Amounts } from './capacity.ts';
import type { HostLink } from './connections.ts';
import { soundFacts } from './implausible.ts';
import type { ToldUse } from './measurements.ts';
import { cellsInStatus } from './numa-cells.ts';
import { type HostFindings, hostVerdicts } from './verdicts.ts';

/** The status holds no more; a Node may have any number. */
const mostTaints = 32;
/** The same of what guests can have. */
const mostListed = 256;
const longestName = 64;

export interface HostObservation extends HostFindings {
  /** What VMs may have in all; absent until the host has told its facts once. */
  allocatable?: Amounts;
  /** What bound VMs have. */
  used: Amounts & { vms: number };
  taints: readonly Taint[];
  /** How busy it is; undefined while it has not told. */
  measured: ToldUse | undefined;
  /** Besides CPUs and memory. */
  resources: readonly ListedResource[];
  /** Domains that belong to no VM; absent while the host does not answer. */
  foreign?: DomainSummary[];
  now: Date;
}

/** The whole status; it holds still while nothing changes, so what is measured is here in steps, and as it is in metrics. */
export function hostStatus(observation: HostObservation): HostStatus {
  const { host, link, used, allocatable, foreign, taints, resources, now } = observation;
  const measured = observation.measured ?? host.status;
  const generation = host.metadata.generation ?? 0;
  const before = host.status;
  const sound = soundFacts(link);
  return {
    observedGeneration: generation,
    ...(link ? { connection: connection(host, link) } : {}),
    ...(sound && !observation.replaced ? facts(sound) : kept(before)),
    ...(allocatable
      ? {
          allocatable: { cpu: allocatable.cpu, memory: exactQuantity(allocatable.memoryBytes) },
          allocated: { cpu: Math.ceil(used.cpu), memory: exactQuantity(used.memoryBytes) },
          summary: summary(used, allocatable),
        }
      : {}),
    ...(measured?.used ? { used: measured.used } : {}),
    ...(measured?.contentionPercent === undefined ? {} : { contentionPercent: measured.contentionPercent }),
    ...(resources.length > 0 ? { resources: [...resources] } : {}),
    ...(taints.length > 0 ? { taints: taints.slice(0, mostTaints) } : {}),
    virtualMachines: used.vms,
    ...(foreign
      ? foreignNames(foreign)
      : before?.foreignDomains
        ? { foreignDomains: before.foreignDomains }
        : {}),
    conditions: conditionList(hostVerdicts(observation), before?.conditions, generation, now),
  };
}

/** A host stands as it did before our own restart, and since then; once it was seen it is lost rather than new. */
function connection(host: Host, link: HostLink): NonNullable<HostStatus['connection']> {
  const before = host.status?.connection;
  const state = link.state === 'Connecting' && host.status?.hypervisor ? 'Lost' : link.state;
  return before?.state === state ? before : { state, since: timestamp(link.since) };
}

function facts(of: HostFacts): Partial<HostStatus> {
  const { model, vendor, architecture, sockets, cores, threads } = of.cpu;
  return {
    versions: { libvirt: clip(of.libvirtVersion, 32), hypervisor: clip(of.hypervisorVersion, 32) },
    hypervisor: { type: of.hypervisorType, hostUUID: of.hostUUID },
    cpu: {
      ...{ model: clip(model, 128), ...(vendor ? { vendor: clip(vendor, 128) } : {}) },
      ...{ architecture: clip(architecture, 32), sockets, cores, threads },
      models: listed(of.guests.cpuModels),
    },
    machineTypes: listed(of.guests.machineTypes),
    numaCells: cellsInStatus(of.numaCells),
    capacity: { cpu: of.cpu.count, memory: exactQuantity(of.memoryBytes) },
  };
}

/** As long as the schema admits: a status that is refused would tell nothing at all. */
function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Of names that are too long only a part would be left, by which nobody could ask for it. */
function listed(names: readonly string[]): string[] {
  return names.filter(({ length }) => length <= longestName).slice(0, mostListed);
}

/** What an absent host last said of itself is still the best that is known. */
function kept(before: HostStatus | undefined): Partial<HostStatus> {
  if (!before) return {};
  const { versions, hypervisor, cpu, machineTypes, numaCells, capacity } = before;
  return Object.fromEntries(
    Object.entries({ versions, hypervisor, cpu, machineTypes, numaCells, capacity }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function foreignNames(domains: DomainSummary[]): Partial<HostStatus> {
  const names = domains.map(({ name }) => clip(name, 253)).sort();
  return names.length > 0 ? { foreignDomains: names.slice(0, 64) } : {};
}

export function summary(used: Amounts, allocatable: Amounts): { cpu: string; memory: string } {
  return {
    cpu: `${Math.ceil(used.cpu)}/${allocatable.cpu}`,
    memory: `${readableQuantity(used.memoryBytes)}/${readableQuantity(allocatable.memoryBytes)}`,
  };
}
