import type { Beneath, Lower } from '../engine/beneath.ts';
import type { Node } from './best-first.ts';
import { bound } from './bounds.ts';
import { leaveOut } from './leave-out.ts';
import { type Choice, type Cost, choiceOf, leastImportantFirst, mayBeEnough } from './victims.ts';

type WayNode = Node<Cost, Choice>;

/** The ways to clear one host: the best that there could be, and all of them when that one's turn has come. */
export type Ways = (stage: Beneath, isWilling: (one: Lower) => boolean) => WayNode | undefined;

/** One VM goes. */
export const single: Ways = (stage, isWilling) => {
  const best = stage.single();
  if (!best) return undefined;
  const isEnough = (one: Lower) => mayBeEnough(stage, [one]) && isWilling(one);
  const open = () => stage.lower.filter(isEnough).map((one) => ({ choice: choiceOf(stage.host, [one]) }));
  return { bound: choiceOf(stage.host, [best]), open };
};

/** Two go. */
export const pair: Ways = (stage, isWilling) => {
  const least = stage.count < 2 ? undefined : bound(stage, 2, 2);
  if (!least) return undefined;
  const open = () =>
    pairsOf(stage, stage.lower.filter(isWilling).sort(leastImportantFirst)).map((two) => ({
      choice: choiceOf(stage.host, two),
    }));
  return { bound: least, open };
};

/** As many go as have to, beginning with the most important who may stay. `fits`: whether that is enough, rules and all. */
export function several(fits: (choice: Choice) => boolean): Ways {
  return (stage, isWilling) => {
    const { host } = stage;
    const willing = () => stage.lower.filter(isWilling).sort(leastImportantFirst);
    const nodes = (choice: Choice | undefined): WayNode[] => (choice?.count ? [{ choice }] : []);
    const open = () => {
      const forRoom = leaveOut(host, willing(), ({ victims }) => mayBeEnough(stage, victims));
      if (!forRoom?.count) return [];
      const byRules = () => nodes(fits(forRoom) ? forRoom : leaveOut(host, willing(), fits));
      return [{ bound: forRoom, open: byRules }];
    };
    const least = bound(stage, 1);
    return least && { bound: least, open };
  };
}

function pairsOf(stage: Beneath, sorted: readonly Lower[]): Lower[][] {
  return sorted.flatMap((one, at) =>
    sorted
      .slice(at + 1)
      .map((other) => [one, other])
      .filter((two) => mayBeEnough(stage, two)),
  );
}
