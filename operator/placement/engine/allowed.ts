import type { PlacementRequest } from '../model/decision.ts';
import { exclusive } from './filters/exclusive.ts';
import type { Filter } from './filters/filter.ts';
import { admissionFilters, policyHostFilters, selectorFilters } from './filters/hosts.ts';
import { refusalOf } from './refuse.ts';
import { Scene } from './scene.ts';
import type { World } from './world.ts';

/** So many hosts are asked about one by one; for more, all are at once. */
const fewHosts = 4;

/**
 * Where the VM may be as far as rules go, whatever room there is and whether or not the host takes VMs now. Asked of many
 * hosts while the world does not change.
 */
export function allowedIn(world: World, request: PlacementRequest): (host: string) => boolean {
  const scene = new Scene(world, request);
  // Only rules about other VMs see the VM itself where it is.
  const seesItself = scene.rules.required.some((filter) => filter !== exclusive);
  const ask = <T>(action: (scene: Scene) => T) =>
    seesItself ? world.without(request.vm.id, () => action(new Scene(world, request))) : action(scene);
  let asked = 0;
  let mask: Uint8Array | undefined;
  return (host) => {
    const row = world.hosts.row(host);
    if (row === undefined || !world.hosts.state(row)) return false;
    asked += 1;
    if (asked > fewHosts) mask ??= ask(allowedRows);
    return mask ? mask[row] === 1 : ask((now) => refusalOf(now, row, filtersOf(now)) === undefined);
  };
}

/** By row, 1 for the pool's hosts where the VM may be. */
function allowedRows(scene: Scene): Uint8Array {
  const rows = Int32Array.from(scene.hosts.rowsOf(scene.pool));
  let count = rows.length;
  for (const filter of filtersOf(scene)) count = filter.keep(scene, rows, count);
  const mask = new Uint8Array(scene.hosts.capacity);
  for (const row of rows.subarray(0, count)) mask[row] = 1;
  return mask;
}

function filtersOf({ vm, rules }: Scene): Filter[] {
  return [
    ...selectorFilters(vm),
    ...policyHostFilters(rules.host),
    ...admissionFilters(vm),
    ...rules.required,
  ];
}
