export { type Clock, systemClock, type Timer } from './clock.ts';
export { ByteStream, Hole, type Section, type StreamOptions } from './connection/byte-stream.ts';
export { Connection } from './connection/connection.ts';
export type { KeepaliveLimits } from './connection/keepalive.ts';
export type { ConnectionOptions } from './connection/options.ts';
export type { CallOptions } from './connection/pending-call.ts';
export { ErrorCode, ErrorDomain, errorCodeName } from './error-codes.ts';
export * from './errors.ts';
export { EventHub, type IterateOptions, type Overflow, type SubscribeOptions } from './events/event-hub.ts';
export {
  type DefaultKind,
  type DomainEvent,
  defaultKinds,
  type EventKind,
  type EventOf,
  type HypervisorEvent,
} from './events/kinds.ts';
export { type LifecycleDetail, type LifecycleEventName, lifecycleEvents } from './events/lifecycle.ts';
export * from './facade/constants/index.ts';
export type { GuestInterface } from './facade/domain/addresses.ts';
export { GuestAgent, type GuestFileSystem, type GuestUser, type GuestVcpus } from './facade/domain/agent.ts';
export { Checkpoint, Checkpoints } from './facade/domain/checkpoint.ts';
export {
  type BlockIoTune,
  type CommitOptions,
  type CopyOptions,
  Disk,
  type DiskInfo,
  type DiskJob,
  type RebaseOptions,
  type SpeedOptions,
} from './facade/domain/disk.ts';
export { Display, type SendKeysOptions } from './facade/domain/display.ts';
export type { DomainCalls } from './facade/domain/domain-calls.ts';
export { DomainInterface, type InterfaceBandwidth, type InterfaceStats } from './facade/domain/interface.ts';
export { type IoThread, IoThreads } from './facade/domain/io-threads.ts';
export { DomainJob, type JobInfo, type JobStats } from './facade/domain/job.ts';
export { LaunchSecurity } from './facade/domain/launch-security.ts';
export { DomainLifecycle, type ShutdownMode } from './facade/domain/lifecycle.ts';
export { ManagedSave } from './facade/domain/managed-save.ts';
export { DomainMemory, type MemoryLimits, type MemoryStats } from './facade/domain/memory.ts';
export type { MetadataElement } from './facade/domain/metadata.ts';
export type { MigrationOptions } from './facade/domain/migration.ts';
export { MigrationControl } from './facade/domain/migration-control.ts';
export { Snapshot, Snapshots } from './facade/domain/snapshot.ts';
export {
  type DomainState,
  type DomainStateReason,
  type DomainStatus,
  domainStateName,
  domainStates,
  domainStatus,
  type KnownDomainState,
} from './facade/domain/state.ts';
export { Tuning } from './facade/domain/tuning.ts';
export { type VcpuInfo, Vcpus } from './facade/domain/vcpus.ts';
export { Domain, type DomainInfo, type DomainXmlOptions } from './facade/domain.ts';
export type { Constants, FlaggedOptions, Flags, OneOf } from './facade/flags.ts';
export { type CpuMap, type DomainCapabilitiesQuery, HostCpus } from './facade/host/cpus.ts';
export { HostMemory, type PageAllocation } from './facade/host/memory.ts';
export { HostInfo, type NodeInfo } from './facade/host-info.ts';
export { HostInterface, HostInterfaces } from './facade/host-interface.ts';
export {
  type DomainStatsRecord,
  HypervisorConnection,
  type ListedDomain,
  type OpenOptions,
  openHypervisor,
  type StatsQuery,
} from './facade/hypervisor.ts';
export { type DhcpLease, Network, type NetworkChange, Networks } from './facade/network.ts';
export { NodeDevice, NodeDevices } from './facade/node-device.ts';
export { NwFilter, NwFilters } from './facade/nw-filter.ts';
export * from './facade/parameter-types.ts';
export type { ParametersOf, ParameterTypes } from './facade/parameters.ts';
export { Secret, type SecretReference, Secrets } from './facade/secret.ts';
export { holesToZeros, writeSections, zerosToHoles } from './facade/sparse.ts';
export { type PoolInfo, StoragePool } from './facade/storage-pool.ts';
export {
  StorageVolume,
  type TransferOptions,
  type VolumeInfo,
  type VolumeReference,
} from './facade/storage-volume.ts';
export type { CredentialSource } from './handshake/credentials.ts';
export type { Credentials } from './handshake/scram-sha-256.ts';
export type { BackOffLimits } from './host/back-off.ts';
export { Host } from './host/host.ts';
export type { Disconnected, HostEvent, Relist } from './host/host-event.ts';
export type { HostOptions, TargetSource } from './host/options.ts';
export type { HostState } from './host/state.ts';
export { type TakeTurn, turnsOf } from './host/turns.ts';
export type { RawEvent } from './protocol/events.ts';
export { type Args, type ProcedureName, procedures, type Ret } from './protocol/procedures.ts';
export { type TypedParameter, type TypedValue, typedParameterMap } from './protocol/typed-parameter.ts';
export type { ConnectOptions } from './transport/attempt.ts';
export { connectTransport } from './transport/connect.ts';
export {
  describeTarget,
  type SshTarget,
  type Target,
  type TcpTarget,
  type TlsTarget,
  type UnixTarget,
} from './transport/target.ts';
export { type TlsFiles, type TlsPaths, tlsFilesTarget } from './transport/tls-files.ts';
export { type TlsWatchOptions, watchTlsFiles } from './transport/tls-watch.ts';
