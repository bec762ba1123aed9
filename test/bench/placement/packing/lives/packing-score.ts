import { type Shape, strandedShare } from './stranding.ts';

export interface PackingWeights {
  /** For what is left free on the host, by dimension alike: best fit. */
  left: number;
  /** For the difference between what is left of the fullest and of the emptiest dimension (the hybrid of Borg). */
  imbalance: number;
  /** For what becomes useless to what is likely to come. */
  stranding: number;
}

/** Weights that did well on the traces that this benchmark was tuned on. */
export const defaultPackingWeights: PackingWeights = { left: 1, imbalance: 2, stranding: 10 };

/**
 * How badly a VM fits a host, less is better; with `lifetimePenalty` added it is the order in which a packing engine
 * tries hosts. A dimension of which the hosts have nothing must be left out.
 * @param after free shares of the host by dimension with the VM there, 0 to 1
 * @param strandedBefore `strandedShare` of the host without the VM; it changes only with the host and can be kept
 */
export function packingScore(
  after: ArrayLike<number>,
  strandedBefore: number,
  shapes: readonly Shape[],
  { left, imbalance, stranding }: PackingWeights,
): number {
  let [sum, most, least] = [0, 0, 1];
  for (let d = 0; d < after.length; d++) {
    const free = after[d] as number;
    sum += free;
    most = Math.max(most, free);
    least = Math.min(least, free);
  }
  const stranded = stranding === 0 ? 0 : strandedShare(after, shapes) - strandedBefore;
  return left * sum + imbalance * (most - least) + stranding * stranded;
}
