import type { PlacedVm } from '../model/vm.ts';
import { type Choice, leastImportantFirst, type Stage } from './victims.ts';

/**
 * Who makes way when one or two are not enough: if it helps that all go, they are let back one by one, the most important
 * first, as long as the VM still fits; who cannot be let back is a victim. Not always the fewest, but never one that would
 * not have to go. Undefined when the VM does not fit even if all go.
 */
export function leaveOut({ host, lower }: Stage, fits: (choice: Choice) => boolean): Choice | undefined {
  let victims: readonly PlacedVm[] = lower.toSorted(leastImportantFirst);
  if (!fits({ host, victims })) return undefined;
  for (const vm of victims.toReversed()) {
    const fewer = victims.filter((one) => one !== vm);
    if (fits({ host, victims: fewer })) victims = fewer;
  }
  return { host, victims };
}
