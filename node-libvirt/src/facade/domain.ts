import type { ByteStream } from '../connection/byte-stream.ts';
import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { type DomainReference, domainReference } from '../protocol/structs.ts';
import { type TypedValue, typedParameterMap } from '../protocol/typed-parameter.ts';
import {
  AddressSource,
  DestroyFlag,
  DomainXmlFlag,
  JobType,
  MetadataType,
  ShutdownFlag,
} from './constants.ts';
import { Disk } from './disk.ts';
import { type DomainState, type DomainStatus, domainStateName, domainStatus } from './domain-state.ts';
import { type MigrationOptions, migrate } from './migration.ts';
import { Snapshots } from './snapshot.ts';

/** How the guest is asked: by libvirt's choice, the ACPI power button, or the guest agent. */
export type ShutdownMode = 'default' | 'acpi' | 'agent';
const shutdownFlags = { default: ShutdownFlag.Default, acpi: ShutdownFlag.Acpi, agent: ShutdownFlag.Agent };

/** Options of calls that take libvirt's own flags. */
export type FlaggedOptions = CallOptions & { flags?: number | undefined };

export interface DomainInfo {
  state: DomainState;
  maxMemoryBytes: number;
  memoryBytes: number;
  vcpus: number;
  cpuTimeNanoseconds: bigint;
}

export interface GuestInterface {
  /** The host's device (lease, arp) or the guest's (agent). */
  name: string;
  mac: string | null;
  addresses: { family: 'ipv4' | 'ipv6'; address: string; prefixLength: number }[];
}

export interface JobStats {
  type: JobType | 'Unrecognized';
  stats: ReadonlyMap<string, TypedValue>;
}

/** An element of one's own in a domain's `<metadata>`. */
export interface MetadataElement {
  /** Namespace URI; identifies the element. */
  uri: string;
  /** Namespace prefix that libvirt stores it with. */
  prefix: string;
  /** The element as XML; null removes it. */
  xml: string | null;
}

/**
 * One domain, by uuid. Making a handle asks nothing: the domain need not exist. Every call fails with
 * LibvirtError NO_DOMAIN when the server does not know the uuid.
 */
export class Domain {
  readonly uuid: string;
  readonly #connection: Connection;
  readonly #dom: DomainReference;

  /** @param name for the server's messages alone */
  constructor(connection: Connection, uuid: string, name?: string) {
    this.uuid = uuid.toLowerCase();
    this.#connection = connection;
    this.#dom = domainReference(this.uuid, name);
  }

  /** Name and id (-1 when not running), from the server (libvirt: virDomainLookupByUUID). */
  async lookup(options?: CallOptions): Promise<{ name: string; id: number }> {
    const { dom } = await this.#connection.call('domainLookupByUuid', { uuid: this.uuid }, options);
    return { name: dom.name, id: dom.id };
  }

  /** libvirt: virDomainGetState. */
  async state(options?: CallOptions): Promise<DomainStatus> {
    const args = { dom: this.#dom, flags: 0 };
    const { state, reason } = await this.#connection.call('domainGetState', args, options);
    return domainStatus(state, reason);
  }

  /** libvirt: virDomainGetInfo. */
  async info(options?: CallOptions): Promise<DomainInfo> {
    const info = await this.#connection.call('domainGetInfo', { dom: this.#dom }, options);
    return {
      state: domainStateName(info.state),
      maxMemoryBytes: Number(info.maxMemoryKiB) * 1024,
      memoryBytes: Number(info.memoryKiB) * 1024,
      vcpus: info.vcpus,
      cpuTimeNanoseconds: info.cpuTimeNanoseconds,
    };
  }

  /**
   * The description of the running domain, or of its next start with `inactive` (libvirt: virDomainGetXMLDesc).
   * `secure` includes passwords; `migratable` leaves out what a destination would not take.
   */
  async xml(
    options: CallOptions & { inactive?: boolean; secure?: boolean; migratable?: boolean } = {},
  ): Promise<string> {
    const flags =
      (options.inactive ? DomainXmlFlag.Inactive : 0) |
      (options.secure ? DomainXmlFlag.Secure : 0) |
      (options.migratable ? DomainXmlFlag.Migratable : 0);
    return (await this.#connection.call('domainGetXmlDesc', { dom: this.#dom, flags }, options)).xml;
  }

  /** Starts a defined domain; flags: CreateFlag (libvirt: virDomainCreateWithFlags). OPERATION_INVALID if it runs. */
  async create(options: FlaggedOptions = {}): Promise<void> {
    await this.#connection.call('domainCreateWithFlags', this.#flagged(options), this.#inLane(options));
  }

  /**
   * Asks the guest to shut down (libvirt: virDomainShutdownFlags). By `acpi` it returns at once; by `agent`, or by `default`
   * where the guest has one, only once the guest is down or 60 s have passed.
   */
  async shutdown(options: CallOptions & { mode?: ShutdownMode } = {}): Promise<void> {
    const args = { dom: this.#dom, flags: shutdownFlags[options.mode ?? 'default'] };
    await this.#connection.call('domainShutdownFlags', args, this.#inLane(options));
  }

  /** Asks the guest to reboot (libvirt: virDomainReboot). */
  async reboot(options: CallOptions & { mode?: ShutdownMode } = {}): Promise<void> {
    const args = { dom: this.#dom, flags: shutdownFlags[options.mode ?? 'default'] };
    await this.#connection.call('domainReboot', args, this.#inLane(options));
  }

  /** Presses the reset button (libvirt: virDomainReset). */
  async reset(options?: CallOptions): Promise<void> {
    await this.#connection.call('domainReset', { dom: this.#dom, flags: 0 }, this.#inLane(options));
  }

  /**
   * Ends the domain now (libvirt: virDomainDestroyFlags). With `graceful` it fails instead of using SIGKILL
   * when the process does not end in time. A transient domain is gone afterwards.
   */
  async destroy(options: CallOptions & { graceful?: boolean } = {}): Promise<void> {
    const flags = options.graceful ? DestroyFlag.Graceful : 0;
    await this.#connection.call('domainDestroyFlags', { dom: this.#dom, flags }, options);
  }

  /** Removes the definition; a running domain becomes transient; flags: UndefineFlag (libvirt: virDomainUndefineFlags). */
  async undefine(options: FlaggedOptions = {}): Promise<void> {
    await this.#connection.call('domainUndefineFlags', this.#flagged(options), options);
  }

  /** Pauses the vCPUs (libvirt: virDomainSuspend). */
  async suspend(options?: CallOptions): Promise<void> {
    await this.#connection.call('domainSuspend', { dom: this.#dom }, this.#inLane(options));
  }

  /** Lets paused vCPUs run (libvirt: virDomainResume). */
  async resume(options?: CallOptions): Promise<void> {
    await this.#connection.call('domainResume', { dom: this.#dom }, this.#inLane(options));
  }

  /** Whether libvirtd starts the domain when it starts itself (libvirt: virDomainSetAutostart). */
  async setAutostart(autostart: boolean, options?: CallOptions): Promise<void> {
    const args = { dom: this.#dom, autostart: autostart ? 1 : 0 };
    await this.#connection.call('domainSetAutostart', args, options);
  }

  /** Sets or removes an own metadata element; flags: Affect (libvirt: virDomainSetMetadata). */
  async setMetadata(element: MetadataElement, options: FlaggedOptions = {}): Promise<void> {
    const { xml: metadata, prefix: key, uri } = element;
    const args = { ...this.#flagged(options), type: MetadataType.Element, metadata, key, uri };
    await this.#connection.call('domainSetMetadata', args, this.#inLane(options));
  }

  /** The element with this namespace, NO_DOMAIN_METADATA if there is none; flags: Affect (libvirt: virDomainGetMetadata). */
  async metadata(uri: string, options: FlaggedOptions = {}): Promise<string> {
    const args = { ...this.#flagged(options), type: MetadataType.Element, uri };
    return (await this.#connection.call('domainGetMetadata', args, options)).metadata;
  }

  /** Plugs a device in; flags: DeviceFlag (libvirt: virDomainAttachDeviceFlags). */
  async attachDevice(xml: string, options: FlaggedOptions = {}): Promise<void> {
    const args = { ...this.#flagged(options), xml };
    await this.#connection.call('domainAttachDeviceFlags', args, this.#inLane(options));
  }

  /** Asks for removal; the guest decides, a `device-removed` event tells (libvirt: virDomainDetachDeviceFlags). */
  async detachDevice(xml: string, options: FlaggedOptions = {}): Promise<void> {
    const args = { ...this.#flagged(options), xml };
    await this.#connection.call('domainDetachDeviceFlags', args, this.#inLane(options));
  }

  /** Changes a device, such as a CD-ROM's medium; flags: DeviceFlag (libvirt: virDomainUpdateDeviceFlags). */
  async updateDevice(xml: string, options: FlaggedOptions = {}): Promise<void> {
    const args = { ...this.#flagged(options), xml };
    await this.#connection.call('domainUpdateDeviceFlags', args, this.#inLane(options));
  }

  /** flags: VcpuFlag (libvirt: virDomainSetVcpusFlags). */
  async setVcpus(vcpus: number, options: FlaggedOptions = {}): Promise<void> {
    const args = { ...this.#flagged(options), vcpus };
    await this.#connection.call('domainSetVcpusFlags', args, this.#inLane(options));
  }

  /** Balloon target, or the maximum with the flag; rounded up to KiB; flags: MemoryFlag (libvirt: virDomainSetMemoryFlags). */
  async setMemory(memoryBytes: number, options: FlaggedOptions = {}): Promise<void> {
    const args = { ...this.#flagged(options), memoryKiB: BigInt(Math.ceil(memoryBytes / 1024)) };
    await this.#connection.call('domainSetMemoryFlags', args, this.#inLane(options));
  }

  /** AGENT_UNRESPONSIVE when asked of an agent that is not there (libvirt: virDomainInterfaceAddresses). */
  async interfaceAddresses(source: AddressSource, options: CallOptions = {}): Promise<GuestInterface[]> {
    const args = { dom: this.#dom, source: AddressSource[source], flags: 0 };
    const { interfaces } = await this.#connection.call(
      'domainInterfaceAddresses',
      args,
      this.#inLane(options),
    );
    return interfaces.map(({ name, hwaddr, addrs }) => ({
      name,
      mac: hwaddr,
      addresses: addrs.map(({ type, addr, prefix }) => ({
        family: type === 0 ? 'ipv4' : 'ipv6',
        address: addr,
        prefixLength: prefix,
      })),
    }));
  }

  /**
   * How long the guest agent may take to answer any later question, until the domain stops; libvirt's own limit is none
   * (libvirt: virDomainAgentSetResponseTimeout, since 5.10).
   */
  async setAgentResponseTimeout(timeoutSeconds: number, options?: CallOptions): Promise<void> {
    const args = { dom: this.#dom, timeoutSeconds, flags: 0 };
    await this.#connection.call('domainAgentSetResponseTimeout', args, this.#inLane(options));
  }

  /**
   * Its console, or the character device with this alias, both ways; the bytes are to be read soon: see `ByteStream`.
   * Only one can be open; `force` ends another's (libvirt: virDomainOpenConsole).
   */
  openConsole(options: CallOptions & { device?: string; force?: boolean } = {}): Promise<ByteStream> {
    const args = { dom: this.#dom, devName: options.device ?? null, flags: options.force ? 1 : 0 };
    return this.#connection.openStream('domainOpenConsole', args, options);
  }

  get snapshots(): Snapshots {
    return new Snapshots(this.#connection, this.uuid);
  }

  /** A handle to the disk with this target name, such as vda; asks the server nothing. */
  disk(target: string): Disk {
    return new Disk(this.#connection, this.uuid, target);
  }

  /** Moves it to another host, peer to peer: see `migrate` (libvirt: virDomainMigrateToURI3). */
  migrate(destination: string, options: MigrationOptions = {}): Promise<void> {
    return migrate(this.#connection, this.uuid, destination, options);
  }

  /** How fast a migration may go from now on, in MiB/s (libvirt: virDomainMigrateSetMaxSpeed). */
  async setMigrationSpeed(bandwidth: bigint, options?: CallOptions): Promise<void> {
    await this.#connection.call('domainMigrateSetMaxSpeed', { dom: this.#dom, bandwidth, flags: 0 }, options);
  }

  /** How long the guest may stand still at the end of a migration (libvirt: virDomainMigrateSetMaxDowntime). */
  async setMigrationDowntime(milliseconds: bigint, options?: CallOptions): Promise<void> {
    const args = { dom: this.#dom, downtime: milliseconds, flags: 0 };
    await this.#connection.call('domainMigrateSetMaxDowntime', args, options);
  }

  /** Ends the job under way, such as a migration; OPERATION_INVALID if there is none (libvirt: virDomainAbortJob). */
  async abortJob(options?: CallOptions): Promise<void> {
    await this.#connection.call('domainAbortJob', { dom: this.#dom }, options);
  }

  /** Progress of a migration or save; flags: JobStatsFlag (libvirt: virDomainGetJobStats). */
  async jobStats(options: FlaggedOptions = {}): Promise<JobStats> {
    const { type, params } = await this.#connection.call(
      'domainGetJobStats',
      this.#flagged(options),
      options,
    );
    return { type: JobType[type] ?? 'Unrecognized', stats: typedParameterMap(params) };
  }

  /**
   * One command to QEMU's guest agent; its answer as JSON text (libvirt: virDomainQemuAgentCommand).
   * The agent gets a second less than `timeoutMs` (default 10 s), so that the server's error comes before ours.
   */
  async agentCommand(command: object, options: CallOptions = {}): Promise<string> {
    const timeoutMs = options.timeoutMs ?? 10_000;
    const timeoutSeconds = Math.max(1, Math.floor(timeoutMs / 1000) - 1);
    const args = { dom: this.#dom, command: JSON.stringify(command), timeoutSeconds, flags: 0 };
    const lane = this.#inLane({ ...options, timeoutMs });
    return (await this.#connection.call('qemuDomainAgentCommand', args, lane)).result ?? '';
  }

  #flagged(options: FlaggedOptions): { dom: DomainReference; flags: number } {
    return { dom: this.#dom, flags: options.flags ?? 0 };
  }

  /** For calls that wait for the domain's monitor or agent: a hung one must not take every slot. */
  #inLane(options: CallOptions = {}): CallOptions {
    return { ...options, lane: options.lane ?? this.uuid };
  }
}
