/**
 * Flags of listing domains; none means all. Groups are or-ed inside and and-ed among each other
 * (libvirt: virConnectListAllDomainsFlags).
 */
export const ListDomainsFlag = {
  Active: 1 << 0,
  Inactive: 1 << 1,
  Persistent: 1 << 2,
  Transient: 1 << 3,
  Running: 1 << 4,
  Paused: 1 << 5,
  Shutoff: 1 << 6,
  Other: 1 << 7,
  ManagedSave: 1 << 8,
  NoManagedSave: 1 << 9,
  Autostart: 1 << 10,
  NoAutostart: 1 << 11,
  HasSnapshot: 1 << 12,
  NoSnapshot: 1 << 13,
  HasCheckpoint: 1 << 14,
  NoCheckpoint: 1 << 15,
} as const;

/** libvirt: virDomainXMLFlags. */
export const DomainXmlFlag = { Secure: 1, Inactive: 2, UpdateCpu: 4, Migratable: 8 } as const;

/** libvirt: virDomainDefineFlags. */
export const DefineFlag = { Validate: 1 } as const;

/** libvirt: virDomainCreateFlags. */
export const CreateFlag = {
  Paused: 1 << 0,
  AutoDestroy: 1 << 1,
  BypassCache: 1 << 2,
  ForceBoot: 1 << 3,
  Validate: 1 << 4,
  ResetNvram: 1 << 5,
} as const;

/** libvirt: virDomainDestroyFlagsValues. */
export const DestroyFlag = { Graceful: 1, RemoveLogs: 2 } as const;

/** How to ask a guest to shut down or reboot; several may be or-ed (libvirt: virDomainShutdownFlagValues). */
export const ShutdownFlag = {
  Default: 0,
  Acpi: 1 << 0,
  Agent: 1 << 1,
  Initctl: 1 << 2,
  Signal: 1 << 3,
  Paravirt: 1 << 4,
} as const;

/** libvirt: virDomainUndefineFlagsValues. */
export const UndefineFlag = {
  ManagedSave: 1 << 0,
  SnapshotsMetadata: 1 << 1,
  Nvram: 1 << 2,
  KeepNvram: 1 << 3,
  CheckpointsMetadata: 1 << 4,
  Tpm: 1 << 5,
  KeepTpm: 1 << 6,
} as const;

/** libvirt: virDomainMigrateFlags. */
export const MigrateFlag = {
  Live: 1 << 0,
  PeerToPeer: 1 << 1,
  Tunnelled: 1 << 2,
  PersistDestination: 1 << 3,
  UndefineSource: 1 << 4,
  Paused: 1 << 5,
  NonSharedDisk: 1 << 6,
  NonSharedIncremental: 1 << 7,
  ChangeProtection: 1 << 8,
  Unsafe: 1 << 9,
  Offline: 1 << 10,
  Compressed: 1 << 11,
  AbortOnError: 1 << 12,
  AutoConverge: 1 << 13,
  RdmaPinAll: 1 << 14,
  PostCopy: 1 << 15,
  Tls: 1 << 16,
  Parallel: 1 << 17,
} as const;

/** libvirt: virDomainBlockCopyFlags. */
export const BlockCopyFlag = {
  Shallow: 1 << 0,
  ReuseExternal: 1 << 1,
  TransientJob: 1 << 2,
  SynchronousWrites: 1 << 3,
} as const;

/** libvirt: virDomainBlockJobAbortFlags. */
export const BlockJobAbortFlag = { Async: 1 << 0, Pivot: 1 << 1 } as const;

/**
 * What a change acts on; 0 is the running domain if it runs, else its definition
 * (libvirt: virDomainModificationImpact).
 */
export const Affect = { Current: 0, Live: 1, Config: 2 } as const;

/** Beside `Affect`, for devices: Force changes even when the guest holds the medium (libvirt: virDomainDeviceModifyFlags). */
export const DeviceFlag = { ...Affect, Force: 4 } as const;

/** Beside `Affect`, for the number of vCPUs (libvirt: virDomainVcpuFlags). */
export const VcpuFlag = { ...Affect, Maximum: 4, Guest: 8, Hotpluggable: 16 } as const;

/** Beside `Affect`, for memory (libvirt: virDomainMemoryModFlags). */
export const MemoryFlag = { ...Affect, Maximum: 4 } as const;

/** libvirt: virDomainMetadataType. */
export const MetadataType = { Description: 0, Title: 1, Element: 2 } as const;

/** Where to ask for a domain's addresses (libvirt: virDomainInterfaceAddressesSource). */
export const AddressSource = { lease: 0, agent: 1, arp: 2 } as const;
export type AddressSource = keyof typeof AddressSource;

/** Groups of statistics; 0 is all (libvirt: virDomainStatsTypes). */
export const StatsGroup = {
  State: 1 << 0,
  CpuTotal: 1 << 1,
  Balloon: 1 << 2,
  Vcpu: 1 << 3,
  Interface: 1 << 4,
  Block: 1 << 5,
  Perf: 1 << 6,
  Iothread: 1 << 7,
  Memory: 1 << 8,
  DirtyRate: 1 << 9,
  Vm: 1 << 10,
} as const;

/**
 * Beside `ListDomainsFlag`; NoWait keeps one hung guest from holding up the whole answer
 * (libvirt: virConnectGetAllDomainStatsFlags).
 */
export const StatsFlag = { NoWait: 2 ** 29, Backing: 2 ** 30, EnforceStats: 2 ** 31 } as const;

/** libvirt: virDomainGetJobStatsFlags. */
export const JobStatsFlag = { Completed: 1, KeepCompleted: 2 } as const;

/** libvirt: virDomainJobType. */
export const JobType = ['None', 'Bounded', 'Unbounded', 'Completed', 'Failed', 'Cancelled'] as const;
export type JobType = (typeof JobType)[number];

/** What a server can be asked for with `connectSupportsFeature` (libvirt: virDrvFeature). */
export const Feature = {
  Keepalive: 10,
  MigrationParameters: 13,
  EventCallbacks: 14,
  CloseCallback: 15,
} as const;
