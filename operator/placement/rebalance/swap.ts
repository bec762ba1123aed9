import type { Candidate } from './candidates.ts';
import type { PlannedMove, Shedding } from './shed.ts';

/** So many of the hosts with most room are looked at for a swap. */
const hostsTried = 8;

/** `out` leaves the donor for `host`, `into` comes from there. */
interface Swap {
  out: number;
  into: number;
  donor: number;
  host: number;
  /** In parts of the donor. */
  gain: number;
}

/**
 * A larger VM of the host for a smaller one of another, where no VM alone finds room: the swap that takes away most, at
 * equal gain the one that takes the fewest seconds. No moves when none is worth it, or when only one move is left.
 */
export function swapFor(
  run: Shedding,
  candidates: readonly Candidate[],
  donor: number,
  dimension: number,
  excess: number,
): PlannedMove[] {
  const { layout, worth, maxMoves, seconds } = run.ground;
  if (run.moves.length + 2 > maxMoves || excess < 2 * worth.minGain) return [];
  const secondsOf = ({ out, into }: Swap) => (seconds[out] as number) + (seconds[into] as number);
  const largestFirst = candidates.toSorted((a, b) => b.share - a.share || a.vm - b.vm);
  let best: Swap | undefined;
  for (const { host, room } of roomiest(run, donor, dimension)) {
    if (best && best.gain >= excess) break;
    for (const { vm: into } of run.candidates(host, dimension)) {
      const back = layout.share(into, donor, dimension);
      for (const { vm: out, share } of largestFirst) {
        if (share - back > room) continue;
        const gain = Math.min(share - back, excess);
        if (gain < 2 * worth.minGain || gain <= 0 || (best && gain < best.gain)) break;
        const swap: Swap = { out, into, donor, host, gain };
        if (best && gain === best.gain && secondsOf(swap) >= secondsOf(best)) continue;
        if (isPossible(run, swap)) best = swap;
      }
    }
  }
  return (best && inOrder(run, best)) ?? [];
}

/** The hosts with most room up to the target in this dimension, counted in parts of the donor. */
function roomiest({ ground, levels, target }: Shedding, donor: number, dimension: number) {
  const { targets, worth } = ground;
  const found: { host: number; room: number }[] = [];
  for (const [host, level] of levels.entries()) {
    if (host === donor || level > target) continue;
    const room = targets.room(host, dimension, target, donor);
    if (room >= 2 * worth.minGain) found.push({ host, room });
  }
  return found.sort((a, b) => b.room - a.room || a.host - b.host).slice(0, hostsTried);
}

/** Cheapest questions first. */
function isPossible(run: Shedding, swap: Swap): boolean {
  const { targets } = run.ground;
  const { out, into, donor, host } = swap;
  if (targets.levelWith(out, host, into) > run.target) return false;
  if (targets.levelWith(into, donor, out) >= (run.levels[donor] as number)) return false;
  return inOrder(run, swap) !== undefined;
}

/** Both moves, in an order in which they can be made; undefined when there is none, or when they are not worth it. */
function inOrder(run: Shedding, { out, into, donor, host, gain }: Swap): PlannedMove[] | undefined {
  const moves = [
    { vm: out, from: donor, to: host, partner: into },
    { vm: into, from: host, to: donor, partner: out },
  ].flatMap((move) => {
    const cost = run.worthwhile(move.vm, move.from, move.to, gain);
    return cost ? [{ ...move, gain: gain / 2, cost }] : [];
  });
  const seconds = moves.reduce((sum, { cost }) => sum + cost.seconds, 0);
  if (moves.length < 2 || gain * run.ground.worth.stableSeconds < seconds) return undefined;
  return [moves, moves.toReversed()].find((order) => canBeMade(run, order));
}

/** One VM goes first, so one of the hosts has to carry both for a while; the rules are asked by trying. */
function canBeMade(
  { ground: { layout, targets, ceiling } }: Shedding,
  moves: readonly PlannedMove[],
): boolean {
  const mark = layout.mark();
  const areMade = moves.every(({ vm, to }) => {
    const may = targets.levelWith(vm, to) <= ceiling && layout.mayCome(vm, to);
    if (may) layout.move(vm, to);
    return may;
  });
  layout.undo(mark);
  return areMade;
}
