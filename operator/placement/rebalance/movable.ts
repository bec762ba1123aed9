import type { CopySettings } from '../moves/copy.ts';
import type { Layout } from '../moves/layout.ts';
import type { Links, MoveLimits } from '../moves/links.ts';

/** What plans of every objective keep to. */
export interface MoveOptions {
  maxMoves: number;
  /** A VM that was moved less than so long ago stays. */
  coolDownSeconds: number;
  limits: MoveLimits;
  copy: CopySettings;
}

/**
 * The seconds that each VM's migration takes at best; NaN where it must not be moved, or not yet, or where it would end
 * over no link.
 */
export function movableSeconds(layout: Layout, links: Links, coolDownSeconds: number): Float64Array {
  const { count, secondsSinceMove } = layout.problem.vms;
  return Float64Array.from({ length: count }, (_, vm) => {
    const isCooling = (secondsSinceMove?.[vm] ?? Number.POSITIVE_INFINITY) < coolDownSeconds;
    return isCooling || layout.isFixed(vm) ? Number.NaN : (links.leastCost(vm)?.seconds ?? Number.NaN);
  });
}
