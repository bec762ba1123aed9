import type { PlacementRequest } from '../model/decision.ts';
import { exclusive } from './filters/exclusive.ts';
import { admissionFilters, policyHostFilters, selectorFilters } from './filters/hosts.ts';
import { refusalOf } from './refuse.ts';
import { Scene } from './scene.ts';
import type { World } from './world.ts';

/**
 * Where the VM may be as far as rules go, whatever room there is and whether or not the host takes VMs now. Asked of many
 * hosts while the world does not change.
 */
export function allowedIn(world: World, request: PlacementRequest): (host: string) => boolean {
  const scene = new Scene(world, request);
  // Only rules about other VMs see the VM itself where it is.
  const seesItself = scene.rules.required.some((filter) => filter !== exclusive);
  return (host) => {
    const row = world.hosts.row(host);
    if (row === undefined || !world.hosts.state(row)) return false;
    if (!seesItself) return isAllowed(scene, row);
    return world.without(request.vm.id, () => isAllowed(new Scene(world, request), row));
  };
}

function isAllowed(scene: Scene, row: number): boolean {
  const ofHosts = [
    ...selectorFilters(scene.vm),
    ...policyHostFilters(scene.rules.host),
    ...admissionFilters(scene.vm),
  ];
  return refusalOf(scene, row, [...ofHosts, ...scene.rules.required]) === undefined;
}
