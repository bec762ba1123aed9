/** A size of VMs, and how many of all had it. */
export interface VmSize {
  cpu: number;
  memoryGiB: number;
  /** VMs of this size. */
  count: number;
}

/**
 * Sizes of 259,159 VMs in the order in which Azure's customers created them in 2017: the middle part of the trace's
 * 30 days. Source: AzurePublicDataset V1, CC-BY 4.0, https://github.com/Azure/AzurePublicDataset.
 */
export const azureSizes: readonly VmSize[] = [
  { cpu: 1, memoryGiB: 1.75, count: 156_437 },
  { cpu: 2, memoryGiB: 3.5, count: 48_008 },
  { cpu: 4, memoryGiB: 7, count: 25_700 },
  { cpu: 8, memoryGiB: 14, count: 23_315 },
  { cpu: 1, memoryGiB: 0.75, count: 4_108 },
  { cpu: 8, memoryGiB: 56, count: 1_427 },
  { cpu: 2, memoryGiB: 14, count: 49 },
  { cpu: 4, memoryGiB: 28, count: 49 },
  { cpu: 2, memoryGiB: 4, count: 22 },
  { cpu: 4, memoryGiB: 8, count: 15 },
  { cpu: 1, memoryGiB: 2, count: 10 },
  { cpu: 16, memoryGiB: 112, count: 9 },
  { cpu: 8, memoryGiB: 16, count: 5 },
  { cpu: 2, memoryGiB: 16, count: 3 },
  { cpu: 4, memoryGiB: 32, count: 1 },
  { cpu: 8, memoryGiB: 64, count: 1 },
];
