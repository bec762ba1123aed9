import type { Host, HostStatus } from '../../api/host.ts';
import { exactQuantity, parseBytes } from '../../api/quantity.ts';
import type { NumaCell } from '../../hypervisor/hypervisor.ts';
import { hugePages, type Resources } from '../../placement/model/resources.ts';

import { readOnce } from '../read-once.ts';

type CellsInStatus = NonNullable<HostStatus['numaCells']>;

/** As the schema admits. */
const longestSet = 4096;

export function cellsInStatus(cells: readonly NumaCell[]): CellsInStatus {
  return cells.map(({ id, cpus, cpuSet, memoryBytes, hugePages: pages }) => ({
    ...{ id, cpus, ...(cpuSet.length > longestSet ? {} : { cpuSet }), memory: exactQuantity(memoryBytes) },
    ...(pages.length > 0
      ? { hugePages: pages.map(({ pageBytes, count }) => ({ size: exactQuantity(pageBytes), count })) }
      : {}),
  }));
}

/** What the host said when it was last seen. */
export function cellsFromStatus(cells: CellsInStatus = []): NumaCell[] {
  return cells.map(({ id, cpus, cpuSet = '', memory, hugePages: pages = [] }) => ({
    ...{ id, cpus, cpuSet, memoryBytes: parseBytes(memory) },
    hugePages: pages.map(({ size, count }) => ({ pageBytes: parseBytes(size), count })),
  }));
}

/** Bytes in huge pages of each size, in placement's words. */
export function hugePageLimits(cells: readonly NumaCell[]): Resources {
  const limits: Record<string, number> = {};
  for (const { pageBytes, count } of cells.flatMap((cell) => cell.hugePages)) {
    const name = hugePages(exactQuantity(pageBytes));
    limits[name] = (limits[name] ?? 0) + pageBytes * count;
  }
  return limits;
}

/** The same as the host's status tells it. */
export const hugePagesIn = readOnce((host: Host) => hugePageLimits(cellsFromStatus(host.status?.numaCells)));
