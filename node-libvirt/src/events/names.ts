/** Names of libvirt's numbers in events, each list in the order of the numbers. */

/** libvirt: virDomainEventWatchdogAction. */
export const watchdogActions = [
  ...(['None', 'Pause', 'Reset', 'PowerOff', 'Shutdown', 'Debug', 'InjectNmi'] as const),
] as const;

/** libvirt: virDomainEventIOErrorAction. */
export const ioErrorActions = ['None', 'Pause', 'Report'] as const;

/** libvirt: virDomainEventGraphicsPhase. */
export const graphicsPhases = ['Connect', 'Initialize', 'Disconnect'] as const;

/** libvirt: virDomainEventGraphicsAddressType. */
export const graphicsFamilies = ['Ipv4', 'Ipv6', 'Unix'] as const;

/** libvirt: virDomainBlockJobType. */
export const blockJobTypes = ['Unknown', 'Pull', 'Copy', 'Commit', 'ActiveCommit', 'Backup'] as const;

/** libvirt: virConnectDomainEventBlockJobStatus. */
export const blockJobStatuses = ['Completed', 'Failed', 'Canceled', 'Ready'] as const;

/** libvirt: virConnectDomainEventDiskChangeReason. */
export const diskChangeReasons = ['ChangeMissingOnStart', 'DropMissingOnStart'] as const;

/** libvirt: virDomainEventTrayChangeReason. */
export const trayChangeReasons = ['Open', 'Close'] as const;

/** libvirt: virConnectDomainEventAgentLifecycleReason. */
export const agentReasons = ['Unknown', 'DomainStarted', 'Channel'] as const;

/** libvirt: virDomainMetadataType. */
export const metadataTypes = ['Description', 'Title', 'Element'] as const;

/** libvirt: virDomainMemoryFailureRecipientType. */
export const memoryFailureRecipients = ['Hypervisor', 'Guest'] as const;

/** libvirt: virDomainMemoryFailureActionType. */
export const memoryFailureActions = ['Ignore', 'Inject', 'Fatal', 'Reset'] as const;

/** libvirt: virNetworkEventLifecycleType. */
export const networkEvents = ['Defined', 'Undefined', 'Started', 'Stopped'] as const;

/** libvirt: virStoragePoolEventLifecycleType. */
export const poolEvents = ['Defined', 'Undefined', 'Started', 'Stopped', 'Created', 'Deleted'] as const;

/** libvirt: virNodeDeviceEventLifecycleType. */
export const nodeDeviceEvents = ['Created', 'Deleted', 'Defined', 'Undefined'] as const;

/** libvirt: virSecretEventLifecycleType. */
export const secretEvents = ['Defined', 'Undefined'] as const;

/** The name of a number; `Unrecognized` for one that is newer than the list. */
export function nameOf<N extends string>(names: readonly N[], number: number): N | 'Unrecognized' {
  return names[number] ?? 'Unrecognized';
}
