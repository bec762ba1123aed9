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
  Dirtyrate: 1 << 9,
  Vm: 1 << 10,
} as const;

/**
 * Of which domains, and how, statistics are gathered; NoWait keeps one hung guest from holding up the whole answer
 * (libvirt: virConnectGetAllDomainStatsFlags).
 */
export const StatsFlag = {
  Active: 1 << 0,
  Inactive: 1 << 1,
  Persistent: 1 << 2,
  Transient: 1 << 3,
  Running: 1 << 4,
  Paused: 1 << 5,
  Shutoff: 1 << 6,
  Other: 1 << 7,
  NoWait: 2 ** 29,
  Backing: 2 ** 30,
  EnforceStats: 2 ** 31,
} as const;

/** What a vCPU does, in the order of libvirt's numbers (libvirt: virVcpuState). */
export const VcpuState = ['offline', 'running', 'blocked'] as const;
export type VcpuState = (typeof VcpuState)[number];

/** How a domain's memory is spread over NUMA nodes (libvirt: virDomainNumatuneMemMode). */
export const NumaMode = { Strict: 0, Preferred: 1, Interleave: 2, Restrictive: 3 } as const;
