/**
 * What one host keeps free for the domains that may fail: how much each would send to it. As at most `failures` of them
 * fail at once, the host has to keep room for the largest of each dimension, and not for all: they share it.
 */
export class Sources {
  readonly #needs = new Map<number, Float64Array>();
  /** By dimension, the sum of the `failures` largest needs, and the smallest of these; 0 while there are fewer. */
  readonly #top: Float64Array;
  readonly #last: Float64Array;
  /** Used while ranking. */
  readonly #largest: Float64Array;

  constructor(failures: number, dimensions: number) {
    this.#largest = new Float64Array(failures);
    this.#top = new Float64Array(dimensions);
    this.#last = new Float64Array(dimensions);
  }

  /** The room that has to be kept in this dimension. */
  kept(dimension: number): number {
    return this.#top[dimension] ?? 0;
  }

  /** The room that would have to be kept if the domain sent `amount` more. */
  keptWith(domain: number, dimension: number, amount: number): number {
    const [top, last] = [this.kept(dimension), this.#last[dimension] ?? 0];
    const need = this.#needs.get(domain)?.[dimension] ?? 0;
    return need >= last ? top + amount : Math.max(top, top - last + need + amount);
  }

  add(domain: number, sizes: Float64Array): void {
    this.#change(domain, sizes, 1);
  }

  remove(domain: number, sizes: Float64Array): void {
    this.#change(domain, sizes, -1);
  }

  /** The domain that would send the most of this dimension; undefined when none sends any. */
  largest(dimension: number): number | undefined {
    let largest: number | undefined;
    let most = 0;
    for (const [domain, need] of this.#needs) {
      const amount = need[dimension] ?? 0;
      const isFirst = amount === most && largest !== undefined && domain < largest;
      if (amount > most || isFirst) [largest, most] = [domain, amount];
    }
    return largest;
  }

  #change(domain: number, sizes: Float64Array, sign: 1 | -1): void {
    const need = this.#needs.get(domain) ?? new Float64Array(sizes.length);
    sizes.forEach((size, dimension) => {
      need[dimension] = (need[dimension] ?? 0) + sign * size;
    });
    if (need.some((amount) => amount > 0)) this.#needs.set(domain, need);
    else this.#needs.delete(domain);
    for (let dimension = 0; dimension < sizes.length; dimension++) this.#rank(dimension);
  }

  /** One pass that keeps the largest in order: sorting them all would be most of the work of a plan. */
  #rank(dimension: number): void {
    const largest = this.#largest.fill(0);
    for (const need of this.#needs.values()) {
      let amount = need[dimension] ?? 0;
      for (let place = 0; place < largest.length && amount > 0; place++) {
        const there = largest[place] ?? 0;
        if (amount <= there) continue;
        largest[place] = amount;
        amount = there;
      }
    }
    let top = 0;
    for (const amount of largest) top += amount;
    this.#top[dimension] = top;
    this.#last[dimension] = largest.at(-1) ?? 0;
  }
}
