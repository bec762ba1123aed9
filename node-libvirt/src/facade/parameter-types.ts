/**
 * Named parameters that calls take, with the types that a server insists on. Names are libvirt's own, as its
 * documentation has them.
 */

/** What a disk may transfer; 0 is without limit (VIR_DOMAIN_BLOCK_IOTUNE_* of libvirt). */
export const blockIoTuneParameters = {
  total_bytes_sec: 'ullong',
  read_bytes_sec: 'ullong',
  write_bytes_sec: 'ullong',
  total_iops_sec: 'ullong',
  read_iops_sec: 'ullong',
  write_iops_sec: 'ullong',
  total_bytes_sec_max: 'ullong',
  read_bytes_sec_max: 'ullong',
  write_bytes_sec_max: 'ullong',
  total_iops_sec_max: 'ullong',
  read_iops_sec_max: 'ullong',
  write_iops_sec_max: 'ullong',
  total_bytes_sec_max_length: 'ullong',
  read_bytes_sec_max_length: 'ullong',
  write_bytes_sec_max_length: 'ullong',
  total_iops_sec_max_length: 'ullong',
  read_iops_sec_max_length: 'ullong',
  write_iops_sec_max_length: 'ullong',
  size_iops_sec: 'ullong',
  group_name: 'string',
} as const;

/** How a copy of a disk is made: bytes per second, bytes, bytes (VIR_DOMAIN_BLOCK_COPY_* of libvirt). */
export const blockCopyParameters = {
  bandwidth: 'ullong',
  granularity: 'uint',
  'buf-size': 'ullong',
} as const;

/** Shares of a host's disks; those of devices are text, such as `/dev/sda,500` (VIR_DOMAIN_BLKIO_* of libvirt). */
export const blkioParameters = {
  weight: 'uint',
  device_weight: 'string',
  device_read_iops_sec: 'string',
  device_write_iops_sec: 'string',
  device_read_bytes_sec: 'string',
  device_write_bytes_sec: 'string',
} as const;

/** Shares of a host's CPUs; periods and quotas are microseconds (VIR_DOMAIN_SCHEDULER_* of libvirt). */
export const schedulerParameters = {
  cpu_shares: 'ullong',
  vcpu_period: 'ullong',
  vcpu_quota: 'llong',
  emulator_period: 'ullong',
  emulator_quota: 'llong',
  global_period: 'ullong',
  global_quota: 'llong',
  iothread_period: 'ullong',
  iothread_quota: 'llong',
} as const;

/** Where a domain's memory is; the mode is a NumaMode, the set text such as `0-1` (VIR_DOMAIN_NUMA_* of libvirt). */
export const numaParameters = { numa_nodeset: 'string', numa_mode: 'int' } as const;

/** What an interface may transfer, in KiB/s; bursts are KiB (VIR_DOMAIN_BANDWIDTH_* of libvirt). */
export const interfaceParameters = {
  'inbound.average': 'uint',
  'inbound.peak': 'uint',
  'inbound.burst': 'uint',
  'inbound.floor': 'uint',
  'outbound.average': 'uint',
  'outbound.peak': 'uint',
  'outbound.burst': 'uint',
} as const;

/** How an IO thread polls, and of how many threads it makes use (VIR_DOMAIN_IOTHREAD_* of libvirt). */
export const ioThreadParameters = {
  poll_max_ns: 'ullong',
  poll_grow: 'uint',
  poll_shrink: 'uint',
  thread_pool_min: 'int',
  thread_pool_max: 'int',
} as const;

/** Which events of the host's CPUs are counted for a domain (VIR_PERF_PARAM_* of libvirt). */
export const perfEventParameters = {
  cmt: 'boolean',
  mbmt: 'boolean',
  mbml: 'boolean',
  cache_misses: 'boolean',
  cache_references: 'boolean',
  instructions: 'boolean',
  cpu_cycles: 'boolean',
  branch_instructions: 'boolean',
  branch_misses: 'boolean',
  bus_cycles: 'boolean',
  stalled_cycles_frontend: 'boolean',
  stalled_cycles_backend: 'boolean',
  ref_cpu_cycles: 'boolean',
  cpu_clock: 'boolean',
  task_clock: 'boolean',
  page_faults: 'boolean',
  context_switches: 'boolean',
  cpu_migrations: 'boolean',
  page_faults_min: 'boolean',
  page_faults_maj: 'boolean',
  alignment_faults: 'boolean',
  emulation_faults: 'boolean',
} as const;

/** The secret that a guest with SEV waits for, both parts in base64 (VIR_DOMAIN_LAUNCH_SECURITY_SEV_* of libvirt). */
export const launchSecurityParameters = {
  'sev-secret-header': 'string',
  'sev-secret': 'string',
  'sev-secret-set-address': 'ullong',
} as const;

/** How a host merges equal pages of its guests' memory (VIR_NODE_MEMORY_SHARED_* of libvirt). */
export const nodeMemoryParameters = {
  shm_pages_to_scan: 'uint',
  shm_sleep_millisecs: 'uint',
  shm_merge_across_nodes: 'uint',
} as const;

/** What a domain's process may take of the host's memory, in KiB (VIR_DOMAIN_MEMORY_* of libvirt). */
export const memoryParameters = {
  hard_limit: 'ullong',
  soft_limit: 'ullong',
  swap_hard_limit: 'ullong',
  min_guarantee: 'ullong',
} as const;
