/** Sums of shares differ by so much from what they should be. */
const rounding = 1e-9;

/** One VM that a host could give away. */
export interface Candidate {
  vm: number;
  /** Its part of the host, in the dimension where the host has too much. */
  share: number;
  /** Seconds that its migration takes at best. */
  cost: number;
}

/**
 * The VMs of a host that has too much, in the order in which to try them. A host has to give away at least so many VMs as
 * its largest ones need to make up the excess. Each VM that leaves one fewer still to go comes first, and of these the
 * cheapest, which mostly is the smallest: a larger one only takes room elsewhere that others need. Then come the rest,
 * largest first.
 */
export function inOrderOfUse(candidates: readonly Candidate[], excess: number): Candidate[] {
  const bySize = candidates.toSorted((a, b) => b.share - a.share || a.vm - b.vm);
  const enough = smallestOfUse(bySize, excess);
  const useful = bySize.filter(({ share }) => share >= enough);
  useful.sort((a, b) => a.cost - b.cost || a.share - b.share || a.vm - b.vm);
  return [...useful, ...bySize.slice(useful.length)];
}

/**
 * What is left of the excess for the last VM when all before it are the largest: with any VM of this size the number
 * still to go is one lower.
 * @param bySize largest first
 */
function smallestOfUse(bySize: readonly Candidate[], excess: number): number {
  let left = excess;
  for (const { share } of bySize) {
    if (share >= left - rounding) return left - rounding;
    left -= share;
  }
  return Number.POSITIVE_INFINITY;
}

/** The least number of VMs that make up the excess: the largest ones. Infinity when all together do not. */
export function fewestToCover(shares: readonly number[], excess: number): number {
  let left = excess;
  for (const [index, share] of shares.toSorted((a, b) => b - a).entries()) {
    if (left <= rounding) return index;
    left -= share;
  }
  return left <= rounding ? shares.length : Number.POSITIVE_INFINITY;
}
