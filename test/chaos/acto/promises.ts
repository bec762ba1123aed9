import { hostPools } from '../../../operator/api/kinds.ts';
import { findCondition } from '../../../operator/controllers/conditions.ts';
import type { ChaosWorld } from '../chaos-world.ts';

/** What placements have broken that they promise to keep, in sentences. Of a world in which no VM has grown. */
export function brokenPromises(world: ChaosWorld): string[] {
  return world.cluster.objects(hostPools).flatMap((pool) => {
    const kept = findCondition(pool, 'ReserveKept');
    if (!pool.spec.failureReserve || kept?.status === 'True') return [];
    return [`HostPool ${pool.metadata.name} does not keep its reserve: ${kept?.message}`];
  });
}
