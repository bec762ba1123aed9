export interface BackOffLimits {
  /** The first delay. */
  firstMs: number;
  /** No delay is longer. */
  longestMs: number;
}

/** Delays that double, each shortened by chance by up to half, so that hosts lost together do not come back together. */
export class BackOff {
  readonly #limits: BackOffLimits;
  readonly #random: () => number;
  #nextMs: number;

  constructor(limits: BackOffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
    this.#nextMs = limits.firstMs;
  }

  /** The next delay. */
  nextMs(): number {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(ms * 2, this.#limits.longestMs);
    return this.#jittered(ms);
  }

  /** The delay where trying again soon is no use. */
  longestMs(): number {
    return this.#jittered(this.#limits.longestMs);
  }

  reset(): void {
    this.#nextMs = this.#limits.firstMs;
  }

  #jittered(ms: number): number {
    return ms * (0.5 + this.#random() / 2);
  }
}
