import type { Layout } from '../moves/layout.ts';
import { fewestToCover } from './candidates.ts';
import type { Targets } from './targets.ts';

/**
 * No plan that brings all hosts to this level has fewer moves: each host gives away at least as many VMs as its largest
 * ones need to make up what it has too much, and a move takes a VM from one host only. What receives them is left out, so
 * that there may be no plan with so few. Infinity when some host cannot get there even without all its movable VMs.
 * @param mayMove whether the VM may be moved at all
 */
export function fewestMoves(
  layout: Layout,
  targets: Targets,
  level: number,
  mayMove: (vm: number) => boolean = (vm) => !layout.isFixed(vm),
): number {
  let moves = 0;
  for (let host = 0; host < layout.problem.hosts.count; host++) {
    const members = (layout.members[host] as number[]).filter(mayMove);
    const needed = targets.excesses(host, level).map(({ dimension, excess }) =>
      fewestToCover(
        members.map((vm) => layout.share(vm, host, dimension)),
        excess,
      ),
    );
    moves += Math.max(0, ...needed);
  }
  return moves;
}

/** No plan with so many moves brings all hosts below this level; 0 is where all are equal. Exact to a thousandth. */
export function lowestLevel(layout: Layout, targets: Targets, maxMoves: number): number {
  let [low, high] = [0, Math.max(0, targets.worst())];
  while (high - low > 0.001) {
    const middle = (low + high) / 2;
    if (fewestMoves(layout, targets, middle) <= maxMoves) high = middle;
    else low = middle;
  }
  return low;
}
