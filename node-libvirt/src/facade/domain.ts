import type { ByteStream } from '../connection/byte-stream.ts';
import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import {
  type AbortJobFlag,
  type AddressSource,
  type Affect,
  BackupFlag,
  ChannelFlag,
  ConsoleFlag,
  ControlState,
  DeviceFlag,
  DiskErrorCode,
  DomainXmlFlag,
  HostnameSource,
  type JobStatsFlag,
  type MaxSpeedFlag,
  type MemoryFlag,
  MessageType,
  MetadataType,
  type VcpuFlag,
} from './constants/index.ts';
import { type GuestInterface, interfaceAddresses } from './domain/addresses.ts';
import { GuestAgent } from './domain/agent.ts';
import { Checkpoints } from './domain/checkpoint.ts';
import { Disk } from './domain/disk.ts';
import { Display } from './domain/display.ts';
import { DomainCalls } from './domain/domain-calls.ts';
import { DomainInterface } from './domain/interface.ts';
import { IoThreads } from './domain/io-threads.ts';
import { DomainJob, type JobStats } from './domain/job.ts';
import { LaunchSecurity } from './domain/launch-security.ts';
import { DomainLifecycle } from './domain/lifecycle.ts';
import { ManagedSave } from './domain/managed-save.ts';
import { DomainMemory } from './domain/memory.ts';
import { element, type MetadataElement, setElement, setText, textOf } from './domain/metadata.ts';
import { type MigrationOptions, migrate } from './domain/migration.ts';
import { MigrationControl } from './domain/migration-control.ts';
import { Snapshots } from './domain/snapshot.ts';
import { type DomainState, type DomainStatus, domainStateName, domainStatus } from './domain/state.ts';
import { Tuning } from './domain/tuning.ts';
import { Vcpus } from './domain/vcpus.ts';
import { type FlaggedOptions, flagBits } from './flags.ts';

export interface DomainInfo {
  state: DomainState;
  maxMemoryBytes: number;
  memoryBytes: number;
  vcpus: number;
  cpuTimeNanoseconds: bigint;
}

/** Which description of a domain is wanted. */
export interface DomainXmlOptions extends FlaggedOptions<typeof DomainXmlFlag> {
  /** That of its next start. */
  inactive?: boolean | undefined;
  /** With passwords. */
  secure?: boolean | undefined;
  /** Without what a destination would not take. */
  migratable?: boolean | undefined;
}

/** As many as the protocol can carry. */
const maxDiskErrors = 256;

/**
 * One domain, by uuid. Making a handle asks nothing: the domain need not exist. Every call fails with
 * LibvirtError NO_DOMAIN when the server does not know the uuid.
 */
export class Domain extends DomainLifecycle {
  readonly uuid: string;
  readonly #calls: DomainCalls;

  /** @param name for the server's messages alone */
  constructor(connection: Connection, uuid: string, name?: string) {
    const calls = new DomainCalls(connection, uuid, name);
    super(calls);
    this.#calls = calls;
    this.uuid = calls.uuid;
  }

  get agent(): GuestAgent {
    return new GuestAgent(this.#calls);
  }

  get checkpoints(): Checkpoints {
    return new Checkpoints(this.#calls);
  }

  get display(): Display {
    return new Display(this.#calls);
  }

  get ioThreads(): IoThreads {
    return new IoThreads(this.#calls);
  }

  get job(): DomainJob {
    return new DomainJob(this.#calls);
  }

  get launchSecurity(): LaunchSecurity {
    return new LaunchSecurity(this.#calls);
  }

  get managedSave(): ManagedSave {
    return new ManagedSave(this.#calls);
  }

  get memory(): DomainMemory {
    return new DomainMemory(this.#calls);
  }

  get migration(): MigrationControl {
    return new MigrationControl(this.#calls);
  }

  get snapshots(): Snapshots {
    return new Snapshots(this.#calls);
  }

  get tuning(): Tuning {
    return new Tuning(this.#calls);
  }

  get vcpus(): Vcpus {
    return new Vcpus(this.#calls);
  }

  /** A handle to the disk with this target name, such as vda; asks the server nothing. */
  disk(target: string): Disk {
    return new Disk(this.#calls, target);
  }

  /** A handle to the interface with this device of the host, such as vnet0, or this MAC address; asks the server nothing. */
  interface(device: string): DomainInterface {
    return new DomainInterface(this.#calls, device);
  }

  /** Name and id (-1 when not running), from the server (libvirt: virDomainLookupByUUID). */
  async lookup(options?: CallOptions): Promise<{ name: string; id: number }> {
    const { connection, uuid } = this.#calls;
    const { dom } = await connection.call('domainLookupByUuid', { uuid }, options);
    return { name: dom.name, id: dom.id };
  }

  /** libvirt: virDomainGetState. */
  async state(options?: CallOptions): Promise<DomainStatus> {
    const { state, reason } = await this.#calls.ask('domainGetState', { flags: 0 }, options);
    return domainStatus(state, reason);
  }

  /** libvirt: virDomainGetInfo. */
  async info(options?: CallOptions): Promise<DomainInfo> {
    const info = await this.#calls.ask('domainGetInfo', {}, options);
    return {
      state: domainStateName(info.state),
      maxMemoryBytes: Number(info.maxMemoryKiB) * 1024,
      memoryBytes: Number(info.memoryKiB) * 1024,
      vcpus: info.vcpus,
      cpuTimeNanoseconds: info.cpuTimeNanoseconds,
    };
  }

  /** The description of the running domain, unless options say otherwise (libvirt: virDomainGetXMLDesc). */
  async xml(options: DomainXmlOptions = {}): Promise<string> {
    const flags =
      flagBits(DomainXmlFlag, options.flags) |
      (options.inactive ? DomainXmlFlag.Inactive : 0) |
      (options.secure ? DomainXmlFlag.Secure : 0) |
      (options.migratable ? DomainXmlFlag.Migratable : 0);
    const args = { flags };
    return (await this.#calls.ask('domainGetXmlDesc', args, options)).xml;
  }

  /** libvirt: virDomainIsActive. */
  async isActive(options?: CallOptions): Promise<boolean> {
    return (await this.#calls.ask('domainIsActive', {}, options)).active !== 0;
  }

  /** Whether it has a definition (libvirt: virDomainIsPersistent). */
  async isPersistent(options?: CallOptions): Promise<boolean> {
    return (await this.#calls.ask('domainIsPersistent', {}, options)).persistent !== 0;
  }

  /** Whether it runs with what its definition has not (libvirt: virDomainIsUpdated). */
  async isUpdated(options?: CallOptions): Promise<boolean> {
    return (await this.#calls.ask('domainIsUpdated', {}, options)).updated !== 0;
  }

  /** Whether its monitor can be used; a hung one is `occupied` (libvirt: virDomainGetControlInfo). */
  async controlState(options?: CallOptions): Promise<ControlState | 'unknown'> {
    const { state } = await this.#calls.ask('domainGetControlInfo', { flags: 0 }, options);
    return ControlState[state] ?? 'unknown';
  }

  /** What libvirt or QEMU has to say against it (libvirt: virDomainGetMessages). */
  async messages(options: FlaggedOptions<typeof MessageType> = {}): Promise<string[]> {
    const flags = flagBits(MessageType, options.flags);
    return (await this.#calls.ask('domainGetMessages', { flags }, options)).msgs;
  }

  /** Only one that does not run; its uuid stays (libvirt: virDomainRename). */
  async rename(name: string, options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainRename', { newName: name, flags: 0 }, options);
  }

  /** Sets or removes an own metadata element (libvirt: virDomainSetMetadata). */
  setMetadata(metadata: MetadataElement, options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    return setElement(this.#calls, metadata, options);
  }

  /** The element with this namespace, NO_DOMAIN_METADATA if there is none (libvirt: virDomainGetMetadata). */
  metadata(uri: string, options: FlaggedOptions<typeof Affect> = {}): Promise<string> {
    return element(this.#calls, uri, options);
  }

  /** One line for people; undefined if there is none (libvirt: virDomainGetMetadata). */
  title(options: FlaggedOptions<typeof Affect> = {}): Promise<string | undefined> {
    return textOf(this.#calls, MetadataType.Title, options);
  }

  /** null removes it (libvirt: virDomainSetMetadata). */
  setTitle(title: string | null, options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    return setText(this.#calls, MetadataType.Title, title, options);
  }

  /** Text for people; undefined if there is none (libvirt: virDomainGetMetadata). */
  description(options: FlaggedOptions<typeof Affect> = {}): Promise<string | undefined> {
    return textOf(this.#calls, MetadataType.Description, options);
  }

  /** null removes it (libvirt: virDomainSetMetadata). */
  setDescription(description: string | null, options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    return setText(this.#calls, MetadataType.Description, description, options);
  }

  /** Plugs a device in (libvirt: virDomainAttachDeviceFlags). */
  async attachDevice(xml: string, options: FlaggedOptions<typeof DeviceFlag> = {}): Promise<void> {
    const args = { xml, flags: flagBits(DeviceFlag, options.flags) };
    await this.#calls.inLane('domainAttachDeviceFlags', args, options);
  }

  /** Asks for removal; the guest decides, a `device-removed` event tells (libvirt: virDomainDetachDeviceFlags). */
  async detachDevice(xml: string, options: FlaggedOptions<typeof DeviceFlag> = {}): Promise<void> {
    const args = { xml, flags: flagBits(DeviceFlag, options.flags) };
    await this.#calls.inLane('domainDetachDeviceFlags', args, options);
  }

  /** The same by the device's alias, such as net0 (libvirt: virDomainDetachDeviceAlias). */
  async detachDeviceByAlias(alias: string, options: FlaggedOptions<typeof DeviceFlag> = {}): Promise<void> {
    const args = { alias, flags: flagBits(DeviceFlag, options.flags) };
    await this.#calls.inLane('domainDetachDeviceAlias', args, options);
  }

  /** Changes a device, such as a CD-ROM's medium (libvirt: virDomainUpdateDeviceFlags). */
  async updateDevice(xml: string, options: FlaggedOptions<typeof DeviceFlag> = {}): Promise<void> {
    const args = { xml, flags: flagBits(DeviceFlag, options.flags) };
    await this.#calls.inLane('domainUpdateDeviceFlags', args, options);
  }

  /** See `Vcpus.setCount`. */
  setVcpus(vcpus: number, options: FlaggedOptions<typeof VcpuFlag> = {}): Promise<void> {
    return this.vcpus.setCount(vcpus, options);
  }

  /** See `DomainMemory.set`. */
  setMemory(memoryBytes: number, options: FlaggedOptions<typeof MemoryFlag> = {}): Promise<void> {
    return this.memory.set(memoryBytes, options);
  }

  /** Disks that stopped for want of space or by failure, by target name (libvirt: virDomainGetDiskErrors). */
  async diskErrors(options?: CallOptions): Promise<ReadonlyMap<string, DiskErrorCode | 'unknown'>> {
    const args = { maxerrors: maxDiskErrors, flags: 0 };
    const { errors } = await this.#calls.inLane('domainGetDiskErrors', args, options);
    return new Map(errors.map(({ disk, error }) => [disk, DiskErrorCode[error] ?? 'unknown']));
  }

  /** AGENT_UNRESPONSIVE when asked of an agent that is not there (libvirt: virDomainInterfaceAddresses). */
  interfaceAddresses(source: AddressSource, options: CallOptions = {}): Promise<GuestInterface[]> {
    return interfaceAddresses(this.#calls, source, options);
  }

  /** The guest's own name; NO_HOSTNAME when it is not known (libvirt: virDomainGetHostname). */
  async hostname(options: FlaggedOptions<typeof HostnameSource> = {}): Promise<string> {
    const flags = flagBits(HostnameSource, options.flags);
    return (await this.#calls.inLane('domainGetHostname', { flags }, options)).hostname;
  }

  /**
   * Its console, or the character device with this alias, both ways; the bytes are to be read soon: see `ByteStream`.
   * Only one can be open; `force` ends another's (libvirt: virDomainOpenConsole).
   */
  openConsole(options: CallOptions & { device?: string; force?: boolean } = {}): Promise<ByteStream> {
    const args = { devName: options.device ?? null, flags: options.force ? ConsoleFlag.Force : 0 };
    return this.#calls.openStream('domainOpenConsole', args, options);
  }

  /** The virtio channel with this name, or the first, as `openConsole` (libvirt: virDomainOpenChannel). */
  openChannel(options: CallOptions & { name?: string; force?: boolean } = {}): Promise<ByteStream> {
    const args = { name: options.name ?? null, flags: options.force ? ChannelFlag.Force : 0 };
    return this.#calls.openStream('domainOpenChannel', args, options);
  }

  /**
   * Begins to copy disks to what `xml` (`<domainbackup>`) describes, as of now; with `checkpointXml` a checkpoint is made
   * of the same moment. `job` tells of it and ends it (libvirt: virDomainBackupBegin).
   */
  async beginBackup(
    xml: string,
    options: FlaggedOptions<typeof BackupFlag> & { checkpointXml?: string | undefined } = {},
  ): Promise<void> {
    const args = {
      backupXml: xml,
      checkpointXml: options.checkpointXml ?? null,
      flags: flagBits(BackupFlag, options.flags),
    };
    await this.#calls.inLane('domainBackupBegin', args, options);
  }

  /** The backup under way; NO_DOMAIN_BACKUP if there is none (libvirt: virDomainBackupGetXMLDesc). */
  async backupXml(options?: CallOptions): Promise<string> {
    return (await this.#calls.ask('domainBackupGetXmlDesc', { flags: 0 }, options)).xml;
  }

  /** Moves it to another host, peer to peer: see `migrate` (libvirt: virDomainMigrateToURI3). */
  migrate(destination: string, options: MigrationOptions = {}): Promise<void> {
    return migrate(this.#calls, destination, options);
  }

  /** See `MigrationControl.setSpeed`. */
  setMigrationSpeed(bandwidth: bigint, options: FlaggedOptions<typeof MaxSpeedFlag> = {}): Promise<void> {
    return this.migration.setSpeed(bandwidth, options);
  }

  /** See `MigrationControl.setDowntime`. */
  setMigrationDowntime(milliseconds: bigint, options?: CallOptions): Promise<void> {
    return this.migration.setDowntime(milliseconds, options);
  }

  /** See `DomainJob.abort`. */
  abortJob(options: FlaggedOptions<typeof AbortJobFlag> = {}): Promise<void> {
    return this.job.abort(options);
  }

  /** See `DomainJob.stats`. */
  jobStats(options: FlaggedOptions<typeof JobStatsFlag> = {}): Promise<JobStats> {
    return this.job.stats(options);
  }

  /** See `GuestAgent.command`. */
  agentCommand(command: object, options: CallOptions = {}): Promise<string> {
    return this.agent.command(command, options);
  }

  /** See `GuestAgent.setResponseTimeout`. */
  setAgentResponseTimeout(timeoutSeconds: number, options?: CallOptions): Promise<void> {
    return this.agent.setResponseTimeout(timeoutSeconds, options);
  }
}
