import { horizonCount, horizons, type Stay } from './horizons.ts';

/**
 * When hosts are expected to be empty, as columns over the rows of hosts: for each horizon the probability that every
 * VM that is on the host now is gone by then. An empty host is empty at all horizons.
 */
export class HostExits {
  /** Row by row, `horizonCount` numbers each. */
  #empty: Float32Array;
  /** When the row was last worked out, in the seconds of the caller's clock; NaN when a VM left since. */
  #asOf: Float64Array;

  constructor(rows = 0) {
    this.#empty = new Float32Array(rows * horizonCount).fill(1);
    this.#asOf = new Float64Array(rows).fill(Number.NaN);
  }

  /** Probability that the host of this row is empty at horizon `k`, if nothing is placed there; 1 of an unknown row. */
  emptyBy(row: number, k: number): number {
    return this.#empty[row * horizonCount + k] ?? 1;
  }

  /** The sum of the row's probabilities, each times its weight; of an unknown row, which is empty, of the weights. */
  weigh(row: number, weights: Float64Array): number {
    const begin = row * horizonCount;
    let sum = 0;
    for (let k = 0; k < horizonCount; k++) sum += (this.#empty[begin + k] ?? 1) * (weights[k] as number);
    return sum;
  }

  /** The first horizon, as its index, by which the host is rather empty than not; `horizonCount` where it is none. */
  exitClass(row: number): number {
    for (let k = 0; k < horizonCount; k++) if (this.emptyBy(row, k) >= 0.5) return k;
    return horizonCount;
  }

  /** When the host will rather be empty than not, in seconds from now; infinite beyond the last horizon. */
  exitSeconds(row: number): number {
    return horizons[this.exitClass(row)] ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a VM left since the row was worked out, or it is older than `maxAgeSeconds`. */
  isStale(row: number, now: number, maxAgeSeconds: number): boolean {
    const asOf = this.#asOf[row] ?? Number.NaN;
    return !(now - asOf <= maxAgeSeconds);
  }

  /** A VM came. Exact at the moment of its placement, and cheap: the others' expectations are kept as they are. */
  place(row: number, stay: Stay): void {
    this.#reach(row);
    for (let k = 0; k < horizonCount; k++) this.#multiply(row, k, stay);
  }

  /** A VM left. What it held is found out when the row is next worked out; until then the host is thought to stay. */
  leave(row: number): void {
    this.#asOf[row] = Number.NaN;
  }

  /** Works the row out anew from what is now expected of the VMs on the host: as they age they are known better. */
  renew(row: number, stays: Iterable<Stay>, now: number): void {
    this.#reach(row);
    this.#empty.fill(1, row * horizonCount, (row + 1) * horizonCount);
    for (const stay of stays) for (let k = 0; k < horizonCount; k++) this.#multiply(row, k, stay);
    this.#asOf[row] = now;
  }

  #multiply(row: number, k: number, stay: Stay): void {
    const at = row * horizonCount + k;
    this.#empty[at] = (this.#empty[at] as number) * (1 - (stay[k] as number));
  }

  #reach(row: number): void {
    const rows = this.#asOf.length;
    if (row < rows) return;
    const more = new HostExits(Math.max(row + 1, 2 * rows));
    more.#empty.set(this.#empty);
    more.#asOf.set(this.#asOf);
    [this.#empty, this.#asOf] = [more.#empty, more.#asOf];
  }
}
