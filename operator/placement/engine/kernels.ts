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

/** Keeps rows whose domain has from `least` to `most` of the counted; and those of no domain if `orNone`. */
export function keepCounted(
  rows: Int32Array,
  count: number,
  domains: Int32Array,
  counts: Int32Array,
  { least, most, orNone = false }: { least: number; most: number; orNone?: boolean },
): number {
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    const domain = domains[row] as number;
    const counted = counts[domain] as number;
    rows[kept] = row;
    kept += domain === 0 ? Number(orNone) : Number(counted >= least && counted <= most);
  }
  return kept;
}

/** The row with the highest score; of equal ones that whose name wins the draw for this VM. */
export function bestOf(
  rows: Int32Array,
  count: number,
  scores: Float64Array,
  beats: (row: number, other: number) => boolean,
): number {
  let best = rows[0] as number;
  let highest = scores[0] as number;
  for (let at = 1; at < count; at++) {
    const score = scores[at] as number;
    if (score < highest) continue;
    const row = rows[at] as number;
    if (score > highest || beats(row, best)) best = row;
    highest = score;
  }
  return best;
}
