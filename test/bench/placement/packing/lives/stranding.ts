/** A common request, as the shares of a host that it takes by dimension, and its weight among the others. */
export interface Shape {
  shares: Float64Array;
  weight: number;
}

/** What is asked for, learned from the requests that came; at most `maxShapes` different ones. */
export class DemandMix {
  readonly #maxShapes: number;
  readonly #weights = new Map<string, Shape>();

  constructor(maxShapes = 256) {
    this.#maxShapes = maxShapes;
  }

  /** A request came; it weighs as much as the dimension it takes most of. Where there is no room for a new shape, the
   * one of the least weight gives way. */
  add(shares: ArrayLike<number>): void {
    const key = Array.from(shares).join(' ');
    const known = this.#weights.get(key);
    const size = Math.max(...Array.from(shares));
    if (known) {
      known.weight += size;
      return;
    }
    if (this.#weights.size >= this.#maxShapes) this.#forgetLeast();
    this.#weights.set(key, { shares: Float64Array.from(shares), weight: size });
  }

  /** The shapes of the greatest weight, at most `count`, with weights that add up to 1. */
  top(count: number): Shape[] {
    const shapes = [...this.#weights.values()].sort((a, b) => b.weight - a.weight).slice(0, count);
    const sum = shapes.reduce((total, { weight }) => total + weight, 0);
    return shapes.map(({ shares, weight }) => ({ shares, weight: weight / sum }));
  }

  #forgetLeast(): void {
    const [least] = [...this.#weights].reduce((a, b) => (b[1].weight < a[1].weight ? b : a));
    this.#weights.delete(least);
  }
}

/**
 * The share of a host that is of no use to what is likely to come: for each shape, what is left of the dimension with
 * the most left once as many VMs of it as fit are placed, weighed by how common it is. 0 to 1. Placing where it grows
 * least keeps dimensions in balance and large gaps whole (after the fragmentation gradient of Weng et al., ATC 2023).
 * @param free the free shares of the host by dimension
 */
export function strandedShare(free: ArrayLike<number>, shapes: readonly Shape[]): number {
  let sum = 0;
  for (const { shares, weight } of shapes) {
    const fit = howManyFit(free, shares);
    let left = 0;
    for (let d = 0; d < shares.length; d++) {
      left = Math.max(left, (free[d] as number) - fit * (shares[d] as number));
    }
    sum += weight * left;
  }
  return sum;
}

function howManyFit(free: ArrayLike<number>, shares: Float64Array): number {
  let fit = Number.POSITIVE_INFINITY;
  for (let d = 0; d < shares.length; d++) {
    const share = shares[d] as number;
    // Shares of a whole are not exact: what lacks a billionth fits.
    if (share > 0) fit = Math.min(fit, Math.floor((free[d] as number) / share + 1e-9));
  }
  return fit === Number.POSITIVE_INFINITY ? 0 : fit;
}
