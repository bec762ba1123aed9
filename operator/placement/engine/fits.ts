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
  if (!isFree(scene)) return fillByPlacing(world, request, most);
  let sum = 0;
  for (const [, fit] of roomByRow(scene)) sum += fit;
  return Math.min(most, sum);
}

/** Places VMs that ask the same until no more fit or `most` are there; how many there are. */
export function fill(world: World, request: PlacementRequest, most: number): number {
  const scene = new Scene(world, request);
  if (!isFree(scene)) return fillByPlacing(world, request, most);
  const { hosts } = scene;
  let left = most;
  const byName = roomByRow(scene).sort(([a], [b]) => (hosts.name(a) < hosts.name(b) ? -1 : 1));
  for (const [row, fit] of byName) {
    const count = Math.min(fit, left);
    if (count === 0) break;
    left -= count;
    const host = hosts.name(row);
    world.upsertVm({
      ...request.vm,
      requests: times(request, count),
      id: `${request.vm.id} on ${host}`,
      host,
    });
  }
  return most - left;
}

/** Where one VM more does not bear on where the next may go, each host takes what it has room for. */
function isFree({ rules, vm }: Scene): boolean {
  return rules.required.every((filter) => filter === exclusive) && !vm.oneCell;
}

/** How many each host takes, of those that take any. */
function roomByRow(scene: Scene): [row: number, fit: number][] {
  const rows = scene.eligible.rows.slice();
  const count = exclusive.keep(scene, rows, rows.length);
  const asked = Object.entries(scene.vm.requests).map(([name, amount]) => ({
    amount: countedRequest(amount),
    free: scene.hosts.dimensions.get(name)?.free,
  }));
  const found: [number, number][] = [];
  for (const row of rows.subarray(0, count)) {
    let fit = Number.POSITIVE_INFINITY;
    for (const { amount, free } of asked) {
      if (amount !== 0) fit = Math.min(fit, Math.floor((free?.[row] ?? 0) / amount));
    }
    // NaN for a request that cannot be.
    if (fit > 0) found.push([row, fit]);
  }
  return found;
}

/** What so many of the VMs have together. */
function times({ vm }: PlacementRequest, count: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(vm.requests).map(([name, amount]) => [name, countedRequest(amount) * count]),
  );
}

function fillByPlacing(world: World, request: PlacementRequest, most: number): number {
  for (let count = 0; count < most; count++) {
    const vm = { ...request.vm, id: `${request.vm.id} ${count}` };
    const scene = new Scene(world, { ...request, vm });
    const row = choose(scene, world.scratch);
    if (row === undefined) return count;
    world.upsertVm({ ...vm, ...placementOn(scene, row) });
  }
  return most;
}
