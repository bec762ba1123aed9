import type { HostFacts } from '../../../operator/hypervisor/hypervisor.ts';

const gib = 2 ** 30;

/** 64 GiB of ordinary memory and 16 CPUs in two NUMA cells, and beside that so many huge pages, all in the first. */
export function machineWith(pages: { of2Mi: number; of1Gi: number }): Partial<HostFacts> {
  const hugePages = [
    { pageBytes: 2 ** 21, count: pages.of2Mi },
    { pageBytes: gib, count: pages.of1Gi },
  ];
  const inPages = hugePages.reduce((sum, { pageBytes, count }) => sum + pageBytes * count, 0);
  return {
    memoryBytes: 64 * gib + inPages,
    numaCells: [
      { id: 0, cpus: 8, cpuSet: '0-7', memoryBytes: 32 * gib + inPages, hugePages },
      { id: 1, cpus: 8, cpuSet: '8-15', memoryBytes: 32 * gib, hugePages: [] },
    ],
  };
}
