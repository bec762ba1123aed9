import type { Filling } from '../moves/destination.ts';
import { type Ground, type PlannedMove, shed } from './shed.ts';

export interface Found {
  moves: readonly PlannedMove[];
  /** What the moves leave to do: see `Targets.distance`. */
  distance: number;
}

/** So often the span between what was reached and what was not is halved; a 128th of it is finer than any VM is. */
const halvings = 7;

/**
 * The moves that bring all hosts to the floor, or as near as they get. First the floor is the target; where it needs more
 * moves than there may be, or VMs that are too large for the gaps, the lowest target that is reached is sought in between.
 * Hosts are filled in two ways. Of all the ways tried the one that leaves least to do is taken, of equal ones that with
 * the fewest moves. The layout is left as it was.
 * @param floor the level that is good enough
 */
export function nearestTo(ground: Ground, floor: number): Found {
  const { targets, worth } = ground;
  const enough = floor + worth.minGain;
  const aims = ground.leastLevels.map((least) => Math.max(least, enough));
  let best: Found = { moves: [], distance: targets.distance(aims) };
  let lowest = targets.worst();
  if (best.distance === 0) return best;

  const isReached = (target: number) => {
    const tries = fillings.map((filling) =>
      tryFilling(ground, target, filling, { aims, hopeless: lowest + worth.minGain }),
    );
    for (const one of tries) {
      best = better(best, one, worth.minGain ** 2);
      lowest = Math.min(lowest, one.level);
    }
    return tries.some(({ level }) => level <= target + worth.minGain);
  };
  if (isReached(floor)) return best;
  let [low, high] = [floor, lowest];
  for (let round = 0; round < halvings && high - low > worth.minGain; round++) {
    const middle = (low + high) / 2;
    if (isReached(middle)) high = middle;
    else low = middle;
  }
  return best;
}

const fillings: readonly Filling[] = ['emptiest', 'tightest'];

function tryFilling(
  ground: Ground,
  target: number,
  filling: Filling,
  { aims, hopeless }: { aims: Float64Array; hopeless: number },
): Found & { level: number } {
  const { layout, targets } = ground;
  const mark = layout.mark();
  const run = shed(ground, target, filling, hopeless);
  const found = { moves: run.moves, distance: targets.distance(aims), level: run.level() };
  layout.undo(mark);
  return found;
}

/** Less than what one move of the least gain takes away is no difference. */
function better(a: Found, b: Found, difference: number): Found {
  if (Math.abs(a.distance - b.distance) > difference) return a.distance < b.distance ? a : b;
  return b.distance > a.distance || b.moves.length >= a.moves.length ? a : b;
}
