/**
 * Which domains a list is to have; none means all. Groups are or-ed inside and and-ed among each other
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

/** What the description of a domain is to have (libvirt: virDomainXMLFlags). */
export const DomainXmlFlag = {
  Secure: 1 << 0,
  Inactive: 1 << 1,
  UpdateCpu: 1 << 2,
  Migratable: 1 << 3,
} as const;

/** For defining a domain (libvirt: virDomainDefineFlags). */
export const DefineFlag = { Validate: 1 } as const;

/** For starting a domain (libvirt: virDomainCreateFlags). */
export const CreateFlag = {
  None: 0,
  Paused: 1 << 0,
  AutoDestroy: 1 << 1,
  BypassCache: 1 << 2,
  ForceBoot: 1 << 3,
  Validate: 1 << 4,
  ResetNvram: 1 << 5,
} as const;

/** For ending a domain (libvirt: virDomainDestroyFlagsValues). */
export const DestroyFlag = { Default: 0, Graceful: 1, RemoveLogs: 2 } as const;

/** How to ask a guest to shut down or reboot; several may be or-ed (libvirt: virDomainShutdownFlagValues). */
export const ShutdownFlag = {
  Default: 0,
  Acpi: 1 << 0,
  Agent: 1 << 1,
  Initctl: 1 << 2,
  Signal: 1 << 3,
  Paravirt: 1 << 4,
} as const;

/** What goes or stays with a definition that is removed (libvirt: virDomainUndefineFlagsValues). */
export const UndefineFlag = {
  ManagedSave: 1 << 0,
  SnapshotsMetadata: 1 << 1,
  Nvram: 1 << 2,
  KeepNvram: 1 << 3,
  CheckpointsMetadata: 1 << 4,
  Tpm: 1 << 5,
  KeepTpm: 1 << 6,
} as const;

/** For saving a domain to a file, and for restoring it (libvirt: virDomainSaveRestoreFlags). */
export const SaveFlag = { BypassCache: 1 << 0, Running: 1 << 1, Paused: 1 << 2, ResetNvram: 1 << 3 } as const;

/** What a dump holds, and what becomes of the domain (libvirt: virDomainCoreDumpFlags). */
export const CoreDumpFlag = {
  Crash: 1 << 0,
  Live: 1 << 1,
  BypassCache: 1 << 2,
  Reset: 1 << 3,
  MemoryOnly: 1 << 4,
} as const;

/** How a dump is written (libvirt: virDomainCoreDumpFormat). */
export const CoreDumpFormat = { Raw: 0, KdumpZlib: 1, KdumpLzo: 2, KdumpSnappy: 3, WinDmp: 4 } as const;

/**
 * What a change acts on; 0 is the running domain if it runs, else its definition
 * (libvirt: virDomainModificationImpact).
 */
export const Affect = { Current: 0, Live: 1, Config: 2 } as const;

/** `Affect`, and for devices: change even when the guest holds the medium (libvirt: virDomainDeviceModifyFlags). */
export const DeviceFlag = { Current: 0, Live: 1 << 0, Config: 1 << 1, Force: 1 << 2 } as const;

/** `Affect`, and which number of vCPUs is meant (libvirt: virDomainVcpuFlags). */
export const VcpuFlag = {
  Current: 0,
  Live: 1 << 0,
  Config: 1 << 1,
  Maximum: 1 << 2,
  Guest: 1 << 3,
  Hotpluggable: 1 << 4,
} as const;

/** `Affect`, and which amount of memory is meant (libvirt: virDomainMemoryModFlags). */
export const MemoryFlag = { Current: 0, Live: 1 << 0, Config: 1 << 1, Maximum: 1 << 2 } as const;

/** Kinds of what is kept with a domain for people and programs (libvirt: virDomainMetadataType). */
export const MetadataType = { Description: 0, Title: 1, Element: 2 } as const;

/** What a lifecycle action answers (libvirt: virDomainLifecycle). */
export const LifecycleTrigger = { PowerOff: 0, Reboot: 1, Crash: 2 } as const;

/** What becomes of a domain when its guest powers off, reboots or crashes (libvirt: virDomainLifecycleAction). */
export const LifecycleAction = {
  Destroy: 0,
  Restart: 1,
  RestartRename: 2,
  Preserve: 3,
  CoredumpDestroy: 4,
  CoredumpRestart: 5,
} as const;

/** What the description in a saved file is to have (libvirt: virDomainSaveImageXMLFlags). */
export const SaveImageXmlFlag = { Secure: 1 } as const;

/** Which messages about a domain are wanted; none means all (libvirt: virDomainMessageType). */
export const MessageType = { Deprecation: 1 << 0, Tainting: 1 << 1, IoErrors: 1 << 2 } as const;

/**
 * Whether the connection to a domain's monitor can be used, in the order of libvirt's numbers
 * (libvirt: virDomainControlState).
 */
export const ControlState = ['ok', 'job', 'occupied', 'error'] as const;
export type ControlState = (typeof ControlState)[number];
