import type { Clock } from './clock.ts';

/** Lets `burst` pass at once and `perSecond` in the long run. */
export class TokenBucket {
  readonly #options: { clock: Clock; burst: number; perSecond: number };
  #tokens: number;
  #filledAt: number;

  constructor(options: { clock: Clock; burst: number; perSecond: number }) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAt = options.clock.now();
  }

  /** Whether one more may pass now. */
  take(): boolean {
    const { clock, burst, perSecond } = this.#options;
    const now = clock.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
