import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { type TypedValue, typedParameterMap } from '../protocol/typed-parameter.ts';
import { DomainCapabilitiesFlag, SuspendTarget } from './constants/index.ts';
import { type FlaggedOptions, flagBits, numberOf, type OneOf } from './flags.ts';
import { type DomainCapabilitiesQuery, HostCpus, nullable } from './host/cpus.ts';
import { HostMemory } from './host/memory.ts';
import { stringOkay } from './parameters.ts';

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

/** Any number of cells fits; libvirt's own limit on the reply. */
const maxCells = 1024;

/** The machine that the connection leads to. Sizes are bytes. */
export class HostInfo {
  readonly cpus: HostCpus;
  readonly memory: HostMemory;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.cpus = new HostCpus(connection);
    this.memory = new HostMemory(connection);
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
  async domainCapabilitiesXml(
    query: DomainCapabilitiesQuery = {},
    options: FlaggedOptions<typeof DomainCapabilitiesFlag> = {},
  ): Promise<string> {
    const args = { ...nullable(query), flags: flagBits(DomainCapabilitiesFlag, options.flags) };
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

  /** Which driver it is, such as QEMU or TEST (libvirt: virConnectGetType). */
  async type(options?: CallOptions): Promise<string> {
    return (await this.#connection.call('connectGetType', {}, options)).type;
  }

  /** Whether nobody can listen in: TLS, or a unix socket (libvirt: virConnectIsSecure). */
  async isSecure(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('connectIsSecure', {}, options)).secure !== 0;
  }

  /** What the firmware tells of the machine (libvirt: virConnectGetSysinfo). */
  async sysinfoXml(options?: CallOptions): Promise<string> {
    return (await this.#connection.call('connectGetSysinfo', { flags: 0 }, options)).sysinfo;
  }

  /** What keeps guests apart, such as selinux; empty when nothing does (libvirt: virNodeGetSecurityModel). */
  async securityModel(options?: CallOptions): Promise<{ model: string; doi: string }> {
    const { model, doi } = await this.#connection.call('nodeGetSecurityModel', {}, options);
    return { model: textOf(model), doi: textOf(doi) };
  }

  /** What the host's AMD SEV can do, by libvirt's names (libvirt: virNodeGetSEVInfo). */
  async sevInfo(options?: CallOptions): Promise<ReadonlyMap<string, TypedValue>> {
    const args = { nparams: 0, flags: stringOkay };
    return typedParameterMap((await this.#connection.call('nodeGetSevInfo', args, options)).params);
  }

  /** Puts the machine to sleep, for at least 60 s (libvirt: virNodeSuspendForDuration). */
  async suspend(
    target: OneOf<typeof SuspendTarget>,
    durationSeconds: bigint,
    options?: CallOptions,
  ): Promise<void> {
    const args = { target: numberOf(SuspendTarget, target), duration: durationSeconds, flags: 0 };
    await this.#connection.call('nodeSuspendForDuration', args, options);
  }

  /** Which types of storage pools there can be (libvirt: virConnectGetStoragePoolCapabilities). */
  async storagePoolCapabilitiesXml(options?: CallOptions): Promise<string> {
    return (await this.#connection.call('connectGetStoragePoolCapabilities', { flags: 0 }, options))
      .capabilities;
  }

  /**
   * What pools of this type, such as netfs, could be made of; `sourceXml` (`<source>`) says where to look
   * (libvirt: virConnectFindStoragePoolSources).
   */
  async storagePoolSourcesXml(
    type: string,
    sourceXml: string | null = null,
    options?: CallOptions,
  ): Promise<string> {
    const args = { type, srcSpec: sourceXml, flags: 0 };
    return (await this.#connection.call('connectFindStoragePoolSources', args, options)).xml;
  }

  /** A domain's description as the hypervisor's own, such as the command line of `qemu-argv` (libvirt: virConnectDomainXMLToNative). */
  async nativeConfig(format: string, domainXml: string, options?: CallOptions): Promise<string> {
    const args = { nativeFormat: format, domainXml, flags: 0 };
    return (await this.#connection.call('connectDomainXmlToNative', args, options)).nativeConfig;
  }
}

/** libvirt packs versions as major * 1 000 000 + minor * 1 000 + release. */
function versionText(version: bigint): string {
  return [version / 1_000_000n, (version / 1_000n) % 1_000n, version % 1_000n].join('.');
}

/** Characters that the protocol sends as an integer each, with C's end. */
function textOf(characters: readonly number[]): string {
  const end = characters.indexOf(0);
  return Buffer.from(end === -1 ? characters : characters.slice(0, end)).toString('utf8');
}
