import type { Host } from '../../api/host.ts';
import type { HostPool, HostPoolStatus } from '../../api/hostpool.ts';
import { nameOf, type Resources } from '../../placement/model/resources.ts';
import { hugePagesIn } from '../host/numa-cells.ts';
import { namedLimits } from '../pool/named-resources.ts';
import type { PoolUsage } from '../pool/pool-model.ts';
import { amountInStatus, listedNames, sumOf } from '../pool/resource-list.ts';
import { type ReserveFindings, reservedOf } from './reserve.ts';
import { takesVms } from './standing.ts';

/** What the pool's hosts have together of resources other than CPUs and memory. `usages` as of `roomOf`. */
export function poolResources(
  pool: HostPool,
  members: readonly Host[],
  usages: readonly PoolUsage[],
  reserve: ReserveFindings | undefined,
): NonNullable<HostPoolStatus['resources']> {
  const limits = members.map((host) => ({
    ...hugePagesIn(host),
    ...namedLimits(pool, host.metadata.labels),
  }));
  const used = usages.map(({ resources }) => resources);
  const [allLimits, allUsed] = [sumOf(limits), sumOf(used)];
  return listedNames(allLimits, allUsed).map((resource) => {
    const free = members.map((host, index) =>
      takesVms(host) ? freeOf(resource, limits[index], used[index]) : 0,
    );
    const allocatable = amountInStatus(resource, allLimits[resource] ?? 0);
    return {
      ...{ name: nameOf(resource), capacity: allocatable, allocatable },
      allocated: amountInStatus(resource, allUsed[resource] ?? 0),
      ...reservedOf(reserve, resource),
      largestFree: amountInStatus(resource, Math.max(0, ...free)),
    };
  });
}

function freeOf(resource: string, limits: Resources = {}, used: Resources = {}): number {
  return (limits[resource] ?? 0) - (used[resource] ?? 0);
}
