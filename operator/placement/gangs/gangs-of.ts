import type { PlacementEngine } from '../engine/engine.ts';
import type { Labelled } from '../engine/world.ts';
import type { Policy } from '../model/policy.ts';
import { matches } from '../model/selector.ts';

/** The policies that make a gang of the VM and others. A VM can be of one gang only: with several it goes nowhere. */
export function gangsOf(engine: Pick<PlacementEngine, 'policiesFor'>, vm: Labelled): Policy[] {
  return engine
    .policiesFor(vm)
    .filter(({ gang, vmSelector }) => gang !== undefined && matches(vmSelector, vm.labels));
}
