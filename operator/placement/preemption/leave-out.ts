import type { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { PlacedVm } from '../model/vm.ts';
import { type Choice, leastImportantFirst, type Stage } from './victims.ts';

/**
 * Who makes way when one or two are not enough: all are taken off the host, and then let back one by one, the most
 * important first, as long as the VM still fits; who cannot be let back is a victim. Not always the fewest, but never one
 * that would not have to go. Undefined when the VM does not fit even if all go.
 */
export function leaveOut(
  engine: PlacementEngine,
  request: PlacementRequest,
  { host, lower }: Stage,
): Choice | undefined {
  return engine.trial(() => {
    for (const { id } of lower) engine.removeVm(id);
    if (engine.refusalOn(request, host)) return undefined;
    const victims: PlacedVm[] = [];
    for (const vm of lower.toSorted(leastImportantFirst).reverse()) {
      engine.upsertVm(vm);
      if (!engine.refusalOn(request, host)) continue;
      engine.removeVm(vm.id);
      victims.unshift(vm);
    }
    return { host, victims };
  });
}
