import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';

export interface NodeInfo {
  /** CPU model or architecture, at most 31 bytes. */
  model: string;
  memoryBytes: number;
  /** Active logical CPUs. */
  cpus: number;
  /** Expected frequency in MHz; 0 when unknown. */
  mhz: number;
  numaNodes: number;
  /** Per NUMA node. */
  sockets: number;
  /** Per socket. */
  cores: number;
  /** Per core. */
  threads: number;
}

/** Which machine type the capabilities are asked for; what is left out is the hypervisor's default. */
export interface DomainCapabilitiesQuery {
  emulator?: string | undefined;
  arch?: string | undefined;
  machine?: string | undefined;
  virtType?: string | undefined;
}

/** Any number of cells fits; libvirt's own limit on the reply. */
const maxCells = 1024;

/** The machine that the connection leads to. Sizes are bytes. */
export class HostInfo {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Host name as libvirtd sees it (libvirt: virConnectGetHostname). */
  async hostname(options?: CallOptions): Promise<string> {
    return (await this.#connection.call('connectGetHostname', {}, options)).hostname;
  }

  /** The URI that the server really opened (libvirt: virConnectGetURI). */
  async uri(options?: CallOptions): Promise<string> {
    return (await this.#connection.call('connectGetUri', {}, options)).uri;
  }

  /** Version of libvirt, `9.0.0` (libvirt: virConnectGetLibVersion). */
  async libVersion(options?: CallOptions): Promise<string> {
    return versionText((await this.#connection.call('connectGetLibVersion', {}, options)).version);
  }

  /** Version of QEMU or whatever runs the domains (libvirt: virConnectGetVersion). */
  async hypervisorVersion(options?: CallOptions): Promise<string> {
    return versionText((await this.#connection.call('connectGetVersion', {}, options)).version);
  }

  /** CPU, NUMA, guests, and the host's uuid as XML (libvirt: virConnectGetCapabilities). */
  async capabilitiesXml(options?: CallOptions): Promise<string> {
    return (await this.#connection.call('connectGetCapabilities', {}, options)).capabilities;
  }

  /** What a domain may have (libvirt: virConnectGetDomainCapabilities). */
  async domainCapabilitiesXml(query: DomainCapabilitiesQuery = {}, options?: CallOptions): Promise<string> {
    const { emulator = null, arch = null, machine = null, virtType = null } = query;
    const args = { emulator, arch, machine, virtType, flags: 0 };
    return (await this.#connection.call('connectGetDomainCapabilities', args, options)).capabilities;
  }

  /** libvirt: virNodeGetInfo. */
  async nodeInfo(options?: CallOptions): Promise<NodeInfo> {
    const { memoryKiB, nodes, ...rest } = await this.#connection.call('nodeGetInfo', {}, options);
    return { ...rest, memoryBytes: Number(memoryKiB) * 1024, numaNodes: nodes };
  }

  /** libvirt: virNodeGetFreeMemory. */
  async freeMemoryBytes(options?: CallOptions): Promise<number> {
    return Number((await this.#connection.call('nodeGetFreeMemory', {}, options)).freeMemory);
  }

  /** Free memory of each NUMA cell in the order of their ids (libvirt: virNodeGetCellsFreeMemory). */
  async cellsFreeMemoryBytes(options?: CallOptions): Promise<number[]> {
    const args = { startCell: 0, maxCells };
    return (await this.#connection.call('nodeGetCellsFreeMemory', args, options)).cells.map(Number);
  }
}

/** libvirt packs versions as major * 1 000 000 + minor * 1 000 + release. */
function versionText(version: bigint): string {
  return [version / 1_000_000n, (version / 1_000n) % 1_000n, version % 1_000n].join('.');
}
