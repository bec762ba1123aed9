import type { Random } from './clock.ts';

/** Delays that double from `firstMs` to `longestMs`, half of each random so that a herd of clients spreads out. */
export class BackOff {
  readonly #options: { firstMs: number; longestMs: number; random: Random };
  #failures = 0;

  constructor(options: { firstMs: number; longestMs: number; random: Random }) {
    this.#options = options;
  }

  /** The delay after one more failure, in milliseconds. */
  nextMs(): number {
    const { firstMs, longestMs, random } = this.#options;
    const delayMs = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return delayMs * (0.5 + random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
