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
export * from './facade/constants.ts';
export { Disk, type DiskInfo, type DiskJob } from './facade/disk.ts';
export {
  Domain,
  type DomainInfo,
  type FlaggedOptions,
  type GuestInterface,
  type JobStats,
  type MetadataElement,
  type ShutdownMode,
} from './facade/domain.ts';
export {
  type DomainState,
  type DomainStateReason,
  type DomainStatus,
  domainStateName,
  domainStates,
  domainStatus,
  type KnownDomainState,
} from './facade/domain-state.ts';
export { type DomainCapabilitiesQuery, HostInfo, type NodeInfo } from './facade/host-info.ts';
export {
  type DomainStatsRecord,
  HypervisorConnection,
  type ListedDomain,
  type OpenOptions,
  openHypervisor,
  type StatsQuery,
} from './facade/hypervisor.ts';
export type { MigrationOptions } from './facade/migration.ts';
export { Snapshot, Snapshots } from './facade/snapshot.ts';
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
