import type { HostTable } from './hosts.ts';

/** Arrays that every decision uses anew, as long as there are rows. */
export class Scratch {
  readonly #hosts: HostTable;
  #rows = new Int32Array(0);
  #scores = new Float64Array(0);

  constructor(hosts: HostTable) {
    this.#hosts = hosts;
  }

  get rows(): Int32Array {
    if (this.#rows.length < this.#hosts.capacity) this.#rows = new Int32Array(this.#hosts.capacity);
    return this.#rows;
  }

  get scores(): Float64Array {
    if (this.#scores.length < this.#hosts.capacity) this.#scores = new Float64Array(this.#hosts.capacity);
    return this.#scores;
  }
}
