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
  const { fits } = roomByRow(scene);
  let sum = 0;
  for (let at = 0; at < fits.length; at++) sum += fits[at] as number;
  return Math.min(most, sum);
}

/** Places VMs that ask the same until no more fit or `most` are there; how many there are. */
export function fill(world: World, request: PlacementRequest, most: number): number {
  const scene = new Scene(world, request);
  if (!isFree(scene)) return fillByPlacing(world, request, most);
  const { hosts } = scene;
  let left = most;
  const { rows, fits } = roomByRow(scene);
  const byName = Array.from(rows, (row, at) => ({ host: hosts.name(row), fit: fits[at] as number }));
  byName.sort((a, b) => (a.host < b.host ? -1 : 1));
  for (const { host, fit } of byName) {
    const count = Math.min(fit, left);
    if (left === 0) break;
    if (count === 0) continue;
    left -= count;
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

/** Exclusive VMs are in each other's way also where hosts have room: on those that are empty still. */
export function isByRoomAlone(scene: Scene): boolean {
  return isFree(scene) && scene.exclusives.isEmpty && scene.circle === '';
}

/** How many each of the hosts takes; a column at a time, as a pool's status asks this of many classes. */
function roomByRow(scene: Scene): { rows: Int32Array; fits: Float64Array } {
  const all = scene.eligible.rows.slice();
  const rows = all.subarray(0, exclusive.keep(scene, all, all.length));
  const fits = new Float64Array(rows.length).fill(Number.POSITIVE_INFINITY);
  for (const [name, asked] of Object.entries(scene.vm.requests)) {
    const amount = countedRequest(asked);
    if (amount !== 0) narrow(fits, rows, amount, scene.hosts.dimensions.get(name)?.free);
  }
  return { rows, fits };
}

/** To as many as there is room for; none of a request that cannot be, which is NaN, and none where `free` is below 0. */
function narrow(fits: Float64Array, rows: Int32Array, amount: number, free: Float64Array | undefined): void {
  for (let at = 0; at < fits.length; at++) {
    const fit = Math.floor((free?.[rows[at] as number] ?? 0) / amount);
    fits[at] = fit >= 1 ? Math.min(fits[at] as number, fit) : 0;
  }
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
