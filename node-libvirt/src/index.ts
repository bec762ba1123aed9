export { type Clock, systemClock, type Timer } from './clock.ts';
export { ByteStream } from './connection/byte-stream.ts';
export { Connection } from './connection/connection.ts';
export type { KeepaliveLimits } from './connection/keepalive.ts';
export type { ConnectionOptions } from './connection/options.ts';
export type { CallOptions } from './connection/pending-call.ts';
export * from './constants.ts';
export { Disk, type DiskInfo, type DiskJob } from './disk.ts';
export {
  Domain,
  type DomainInfo,
  type FlaggedOptions,
  type GuestInterface,
  type JobStats,
  type MetadataElement,
  type ShutdownMode,
} from './domain.ts';
export {
  type DomainEvent,
  type LifecycleDetail,
  type LifecycleEventName,
  lifecycleEvents,
} from './domain-event.ts';
export {
  type DomainState,
  type DomainStateReason,
  type DomainStatus,
  domainStateName,
  domainStates,
  domainStatus,
  type KnownDomainState,
} from './domain-state.ts';
export { ErrorCode, ErrorDomain, errorCodeName } from './error-codes.ts';
export * from './errors.ts';
export { type DomainEventListener, EventHub } from './event-hub.ts';
export { type DomainCapabilitiesQuery, Host, type NodeInfo } from './host.ts';
export {
  type DomainStatsRecord,
  HypervisorConnection,
  type ListedDomain,
  type OpenOptions,
  openHypervisor,
  type StatsQuery,
} from './hypervisor.ts';
export type { MigrationOptions } from './migration.ts';
export type { RawEvent } from './protocol/events.ts';
export { type Args, type ProcedureName, procedures, type Ret } from './protocol/procedures.ts';
export { type TypedParameter, type TypedValue, typedParameterMap } from './protocol/typed-parameter.ts';
export { Snapshot, Snapshots } from './snapshot.ts';
export { type PoolInfo, StoragePool } from './storage-pool.ts';
export {
  StorageVolume,
  type TransferOptions,
  type VolumeInfo,
  type VolumeReference,
} from './storage-volume.ts';
export type { ConnectOptions } from './transport/attempt.ts';
export { connectTransport } from './transport/connect.ts';
export {
  describeTarget,
  type Target,
  type TcpTarget,
  type TlsTarget,
  type UnixTarget,
} from './transport/target.ts';
