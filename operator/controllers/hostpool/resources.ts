import type { Host } from '../../api/host.ts';
import type { HostPool, HostPoolStatus } from '../../api/hostpool.ts';
import type { Resources } from '../../placement/model/resources.ts';
import { cellsFromStatus, hugePageLimits } from '../host/numa-cells.ts';
import { namedLimits } from '../pool/named-resources.ts';
import type { PoolModel } from '../pool/pool-model.ts';
import { amountInStatus, listedNames, nameInStatus, sumOf } from '../pool/resource-list.ts';
import { takesVms } from './status.ts';

/** What the pool's hosts have together of resources other than CPUs and memory. */
export function poolResources(
  pools: Pick<PoolModel, 'usage'>,
  pool: HostPool,
  members: readonly Host[],
): NonNullable<HostPoolStatus['resources']> {
  const limits = members.map(({ metadata, status }) => ({
    ...hugePageLimits(cellsFromStatus(status?.numaCells)),
    ...namedLimits(pool, metadata.labels),
  }));
  const used = members.map((host) => pools.usage(host.metadata.name).resources);
  const [allLimits, allUsed] = [sumOf(limits), sumOf(used)];
  return listedNames(allLimits, allUsed).map((resource) => {
    const free = members.map((host, index) =>
      takesVms(host) ? freeOf(resource, limits[index], used[index]) : 0,
    );
    const allocatable = amountInStatus(resource, allLimits[resource] ?? 0);
    return {
      ...{ name: nameInStatus(resource), capacity: allocatable, allocatable },
      allocated: amountInStatus(resource, allUsed[resource] ?? 0),
      largestFree: amountInStatus(resource, Math.max(0, ...free)),
    };
  });
}

function freeOf(resource: string, limits: Resources = {}, used: Resources = {}): number {
  return (limits[resource] ?? 0) - (used[resource] ?? 0);
}
