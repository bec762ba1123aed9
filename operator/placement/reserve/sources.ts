/** No domain has this number. */
const nobody = -1;

/**
 * What one host keeps free for the domains that may fail: how much each would send to it. As at most `failures` of them
 * fail at once, the host has to keep room for the largest of each dimension, and not for all: they share it.
 */
export class Sources {
  readonly #failures: number;
  readonly #needs = new Map<number, Float64Array>();
  /** For each dimension in turn, the `failures` largest needs, the largest first, and whose they are; 0 of nobody at the end. */
  readonly #largest: Float64Array;
  readonly #whose: Int32Array;
  /** By dimension, their sum. */
  readonly #top: Float64Array;

  constructor(failures: number, dimensions: number) {
    this.#failures = failures;
    this.#largest = new Float64Array(failures * dimensions);
    this.#whose = new Int32Array(failures * dimensions).fill(nobody);
    this.#top = new Float64Array(dimensions);
  }

  /** The room that has to be kept in this dimension. */
  kept(dimension: number): number {
    return this.#top[dimension] ?? 0;
  }

  /** The room that would have to be kept if the domain sent `amount` more. */
  keptWith(domain: number, dimension: number, amount: number): number {
    const top = this.kept(dimension);
    const last = this.#largest[(dimension + 1) * this.#failures - 1] ?? 0;
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
    for (let d = 0; d < sizes.length; d++) need[d] = (need[d] ?? 0) + sign * (sizes[d] ?? 0);
    if (need.some((amount) => amount > 0)) this.#needs.set(domain, need);
    else this.#needs.delete(domain);
    for (let d = 0; d < sizes.length; d++) {
      if (sign > 0) this.#rise(domain, d, need[d] ?? 0);
      else this.#fall(domain, d);
      this.#top[d] = this.#sum(d);
    }
  }

  /** Puts the domain, whose need has become this, among the largest if it belongs there. */
  #rise(domain: number, dimension: number, amount: number): void {
    const [first, last] = [dimension * this.#failures, (dimension + 1) * this.#failures - 1];
    let place = this.#placeOf(domain, dimension) ?? last;
    if (amount <= (this.#largest[place] ?? 0)) return;
    for (; place > first && (this.#largest[place - 1] ?? 0) < amount; place--) {
      this.#largest[place] = this.#largest[place - 1] ?? 0;
      this.#whose[place] = this.#whose[place - 1] ?? nobody;
    }
    this.#largest[place] = amount;
    this.#whose[place] = domain;
  }

  /** Only when it was among the largest, all have to be looked at to find who is there now. */
  #fall(domain: number, dimension: number): void {
    if (this.#placeOf(domain, dimension) === undefined) return;
    const [first, end] = [dimension * this.#failures, (dimension + 1) * this.#failures];
    this.#largest.fill(0, first, end);
    this.#whose.fill(nobody, first, end);
    for (const [one, need] of this.#needs) this.#rise(one, dimension, need[dimension] ?? 0);
  }

  #placeOf(domain: number, dimension: number): number | undefined {
    const end = (dimension + 1) * this.#failures;
    for (let place = end - this.#failures; place < end; place++)
      if (this.#whose[place] === domain) return place;
    return undefined;
  }

  #sum(dimension: number): number {
    let sum = 0;
    const end = (dimension + 1) * this.#failures;
    for (let place = end - this.#failures; place < end; place++) sum += this.#largest[place] ?? 0;
    return sum;
  }
}
