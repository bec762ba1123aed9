import type { PlacementRequest } from '../model/decision.ts';
import { countedRequest } from '../model/resources.ts';
import { choose } from './choose.ts';
import { placementOn } from './decide.ts';
import { exclusive } from './filters/exclusive.ts';
import { Scene } from './scene.ts';
import type { World } from './world.ts';

/** How many VMs that ask the same fit; to be called within a trial. */
export function countFits(world: World, request: PlacementRequest, most: number): number {
  const scene = new Scene(world, request);
  const isFree = scene.rules.required.every((filter) => filter === exclusive) && !request.vm.oneCell;
  return isFree ? Math.min(most, countRoom(scene)) : countByPlacing(world, request, most);
}

/** Where one VM more does not bear on where the next may go, each host takes what it has room for. */
function countRoom(scene: Scene): number {
  const rows = scene.eligible.rows.slice();
  const count = exclusive.keep(scene, rows, rows.length);
  const asked = Object.entries(scene.vm.requests).map(([name, amount]) => ({
    amount: countedRequest(amount),
    free: scene.hosts.dimensions.get(name)?.free,
  }));
  let sum = 0;
  for (const row of rows.subarray(0, count)) {
    let fit = Number.POSITIVE_INFINITY;
    for (const { amount, free } of asked) {
      if (amount !== 0) fit = Math.min(fit, Math.floor((free?.[row] ?? 0) / amount));
    }
    // NaN for a request that cannot be.
    if (fit > 0) sum += fit;
  }
  return sum;
}

function countByPlacing(world: World, request: PlacementRequest, most: number): number {
  for (let count = 0; count < most; count++) {
    const vm = { ...request.vm, id: `${request.vm.id} ${count}` };
    const scene = new Scene(world, { ...request, vm });
    const row = choose(scene, world.scratch);
    if (row === undefined) return count;
    world.upsertVm({ ...vm, ...placementOn(scene, row) });
  }
  return most;
}
