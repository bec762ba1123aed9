import type { Lower } from '../engine/beneath.ts';
import { type Choice, choiceOf } from './victims.ts';

/**
 * Who makes way when one or two are not enough: if it helps that all go, they are let back one by one, the most important
 * first, as long as the VM still fits; who cannot be let back is a victim. Not always the fewest, but never one that would
 * not have to go. Undefined when the VM does not fit even if all go. `lower`: the least important first.
 */
export function leaveOut(
  host: string,
  lower: readonly Lower[],
  fits: (choice: Choice) => boolean,
): Choice | undefined {
  let choice = choiceOf(host, lower);
  if (!fits(choice)) return undefined;
  for (const one of lower.toReversed()) {
    const fewer = choiceOf(
      host,
      choice.victims.filter((other) => other !== one),
    );
    if (fits(fewer)) choice = fewer;
  }
  return choice;
}
