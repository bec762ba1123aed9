/** How another CPU relates to a host's, in the order of libvirt's numbers (libvirt: virCPUCompareResult). */
export const CpuComparison = ['incompatible', 'identical', 'superset'] as const;
export type CpuComparison = (typeof CpuComparison)[number];

/** For comparing CPUs (libvirt: virConnectCompareCPUFlags). */
export const CompareCpuFlag = { FailIncompatible: 1, ValidateXml: 2 } as const;

/** For computing a CPU that all hosts can provide (libvirt: virConnectBaselineCPUFlags). */
export const BaselineCpuFlag = { ExpandFeatures: 1, Migratable: 2 } as const;

/** What capabilities of domains are to leave out (libvirt: virConnectGetDomainCapabilitiesFlags). */
export const DomainCapabilitiesFlag = { DisableDeprecatedFeatures: 1 } as const;

/** How a host or a guest sleeps (libvirt: virNodeSuspendTarget). */
export const SuspendTarget = { Mem: 0, Disk: 1, Hybrid: 2 } as const;

/** Whether pages are added to those there are (libvirt: virNodeAllocPagesFlags). */
export const AllocPagesFlag = { Add: 0, Set: 1 } as const;

/** What a server can be asked for with `connectSupportsFeature` (libvirt: virDrvFeature). */
export const Feature = {
  Keepalive: 10,
  MigrationParameters: 13,
  EventCallbacks: 14,
  CloseCallback: 15,
  /** Before libvirt 7.2, command and section of `networkUpdate` are sent in each other's place. */
  NetworkUpdateHasCorrectOrder: 16,
} as const;
