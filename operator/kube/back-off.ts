import type { Clock, Random } from './clock.ts';

export interface BackOffOptions {
  firstMs: number;
  longestMs: number;
  random: Random;
  /**
   * A try that took at least `ms` before it failed ends the row of failures: it did its work for a while, and its own
   * length keeps the rate low. Default: only `reset` does.
   */
  endsRow?: { ms: number; clock: Clock };
}

/** Delays that double from `firstMs` to `longestMs`, half of each random so that a herd of clients spreads out. */
export class BackOff {
  readonly #options: BackOffOptions;
  #failures = 0;
  /** When the next try begins, as far as its caller waits for no more than the delay. */
  #triesAt = 0;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  /** The delay after one more failure, in milliseconds. */
  nextMs(): number {
    const { firstMs, longestMs, random, endsRow } = this.#options;
    const now = endsRow?.clock.now() ?? 0;
    if (endsRow && now - this.#triesAt >= endsRow.ms) this.reset();
    const delayMs = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 30)) * (0.5 + random() / 2);
    this.#failures += 1;
    this.#triesAt = now + delayMs;
    return delayMs;
  }

  reset(): void {
    this.#failures = 0;
  }
}
