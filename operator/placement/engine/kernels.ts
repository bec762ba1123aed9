/**
 * The inner loops of a decision. `rows` holds `count` candidates; each loop moves those that it keeps to the front, in
 * order, and returns how many they are. Without branches in them: which host is kept is not to be predicted.
 */

export function keepRoom(rows: Int32Array, count: number, free: Float64Array, amount: number): number {
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    rows[kept] = row;
    kept += amount <= (free[row] as number) ? 1 : 0;
  }
  return kept;
}

export function keepMasked(rows: Int32Array, count: number, mask: Uint8Array): number {
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    rows[kept] = row;
    kept += mask[row] as number;
  }
  return kept;
}

/** Counts that no domain exceeds. */
export const unlimited = 0x7fffffff;

/** Keeps rows whose domain has from `least` to `most` of the counted; `counts[0]` says how many those of no domain have. */
export function keepCounted(
  rows: Int32Array,
  count: number,
  domains: Int32Array,
  counts: Int32Array,
  least: number,
  most: number,
): number {
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    const counted = counts[domains[row] as number] as number;
    rows[kept] = row;
    kept += counted >= least && counted <= most ? 1 : 0;
  }
  return kept;
}

/** One resource, and how much of it is asked. */
export interface Asked {
  used: Float64Array;
  inverse: Float64Array;
  amount: number;
}

/** How full the host would be of the resource, from 0 to 1. */
export function shareOf({ used, inverse, amount }: Asked, row: number): number {
  return ((used[row] as number) + amount) * (inverse[row] as number);
}

/** Sets `scores` to `empty`, plus `load` for the fuller of two resources, plus `imbalance` for what is between them. */
export function scoreLoad(
  rows: Int32Array,
  count: number,
  a: Asked,
  b: Asked,
  empty: number,
  load: number,
  imbalance: number,
  scores: Float64Array,
): void {
  const { used: usedA, inverse: inverseA, amount: amountA } = a;
  const { used: usedB, inverse: inverseB, amount: amountB } = b;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    const shareA = ((usedA[row] as number) + amountA) * (inverseA[row] as number);
    const shareB = ((usedB[row] as number) + amountB) * (inverseB[row] as number);
    scores[at] = empty + load * Math.max(shareA, shareB) + imbalance * Math.abs(shareA - shareB);
  }
}

/** Adds to `scores` so many points for each whole by which two resources would be further apart, as shares, than they are. */
export function scoreImbalanceGrowth(
  rows: Int32Array,
  count: number,
  a: Asked,
  b: Asked,
  points: number,
  scores: Float64Array,
): void {
  const { used: usedA, inverse: inverseA, amount: amountA } = a;
  const { used: usedB, inverse: inverseB, amount: amountB } = b;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    const toA = inverseA[row] as number;
    const toB = inverseB[row] as number;
    const before = (usedA[row] as number) * toA - (usedB[row] as number) * toB;
    const after = before + amountA * toA - amountB * toB;
    (scores[at] as number) += points * (Math.abs(after) - Math.abs(before));
  }
}

/** Orders equal hosts for one VM. */
export interface Draw {
  /** The higher number wins. */
  number(row: number): number;
  /** Of two rows with the same number, whether the first wins. */
  isBefore(row: number, other: number): boolean;
}

/** The row with the highest score; of equal ones that which wins the draw. */
export function bestOf(rows: Int32Array, count: number, scores: Float64Array, draw: Draw): number {
  let best = rows[0] as number;
  let highest = scores[0] as number;
  let drawn = -1;
  for (let at = 1; at < count; at++) {
    const score = scores[at] as number;
    if (score < highest) continue;
    const row = rows[at] as number;
    if (score > highest) {
      best = row;
      highest = score;
      drawn = -1;
      continue;
    }
    if (drawn < 0) drawn = draw.number(best);
    const number = draw.number(row);
    if (number < drawn || (number === drawn && draw.isBefore(best, row))) continue;
    best = row;
    drawn = number;
  }
  return best;
}
