import type { Host } from '../../api/host.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { HostFacts } from '../../hypervisor/hypervisor.ts';
import { findCondition } from '../conditions.ts';
import type { Stores } from '../stores.ts';
import type { ConnectionsListener, HostConnections, HostLink } from './connections.ts';
import { cellsFromStatus } from './numa-cells.ts';

/** What a model of pools asks about hosts: of connections that stand, or of what was written down about them. */
export type HostLinks = Pick<HostConnections, 'link' | 'sharesUUID' | 'listen' | 'changes'>;

/** The uuid that answers at a replaced host is only in the message of its condition; this is nobody's. */
const anotherMachine = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * How the operator stands with its hosts, as their status tells: for those who have no connections of their own, and are
 * to see the same. Nothing of it changes but with the stores.
 */
export class RecordedLinks implements HostLinks {
  readonly #stores: Pick<Stores, 'hosts'>;

  /** The store gets one index more. */
  constructor(stores: Pick<Stores, 'hosts'>) {
    this.#stores = stores;
    stores.hosts.addIndexer('uuid', (host) => uuidOf(host) ?? []);
  }

  readonly changes = 0;

  link(hostName: string): HostLink | undefined {
    const host = this.#stores.hosts.get(hostName);
    const connection = host?.status?.connection;
    if (!host || !connection) return undefined;
    const since = new Date(connection.since);
    const facts = factsOf(host);
    return {
      ...{ state: connection.state, since, sinceMs: since.getTime() },
      ...(facts ? { facts } : {}),
      ...(stalledReason(host) === 'ImplausibleFacts' ? { nonsense: 'its condition has it' } : {}),
    };
  }

  sharesUUID(hostName: string): string | undefined {
    const [uuid] = uuidOf(this.#stores.hosts.get(hostName)) ?? [];
    if (uuid === undefined) return undefined;
    const names = this.#stores.hosts.byIndex('uuid', uuid).map(({ metadata }) => metadata.name);
    return names.filter((name) => name !== hostName).sort()[0];
  }

  listen(_: ConnectionsListener): void {}
}

function uuidOf(host: Host | undefined): [string] | undefined {
  const uuid = host?.status?.hypervisor?.hostUUID;
  return uuid ? [uuid] : undefined;
}

function stalledReason(host: Host): string | undefined {
  return findCondition(host, 'Stalled')?.reason;
}

/** What the host said of itself when it was last connected; undefined before it ever was. */
function factsOf({ status, ...host }: Host): HostFacts | undefined {
  if (!status?.hypervisor || !status.versions || !status.cpu || !status.capacity) return undefined;
  const { vendor, models = [], ...cpu } = status.cpu;
  const isReplaced = stalledReason({ ...host, status }) === 'HostReplaced';
  return {
    hostUUID: isReplaced ? anotherMachine : status.hypervisor.hostUUID,
    libvirtVersion: status.versions.libvirt,
    hypervisorVersion: status.versions.hypervisor,
    hypervisorType: status.hypervisor.type,
    cpu: { ...cpu, ...(vendor === undefined ? {} : { vendor }), count: status.capacity.cpu },
    guests: { cpuModels: models, machineTypes: status.machineTypes ?? [] },
    memoryBytes: parseBytes(status.capacity.memory),
    numaCells: cellsFromStatus(status.numaCells),
  };
}
