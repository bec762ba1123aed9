export interface Steadiness {
  /** The value is a multiple of it. */
  step: number;
  /** It stays for at least so long, in milliseconds. */
  holdMs: number;
}

/** So far, in steps, the truth has to be away: half a step is where it would be rounded otherwise, and half as much again. */
const awayInSteps = 0.75;

/** The multiple of `step` nearest to `now`, or `before` while that is not far from the truth. */
export function inSteps(before: number | undefined, now: number, step: number): number {
  if (before !== undefined && Math.abs(now - before) <= awayInSteps * step) return before;
  return Math.round(now / step) * step;
}

/** A measured value as it may stand in a status: in steps, and held for a while, so that it does not flutter. */
export class Steady {
  readonly #options: Steadiness;
  #value: number | undefined;
  #sinceMs: number;

  /** `before` is what stands there already, and is held from now on. */
  constructor(options: Steadiness, before: number | undefined, nowMs: number) {
    this.#options = options;
    this.#value = before;
    this.#sinceMs = nowMs;
  }

  get value(): number | undefined {
    return this.#value;
  }

  /** What was measured now, undefined for what was not told. Returns whether the value has changed. */
  see(measured: number | undefined, nowMs: number): boolean {
    const { step, holdMs } = this.#options;
    if (measured === undefined || !Number.isFinite(measured)) return false;
    if (this.#value !== undefined && nowMs - this.#sinceMs < holdMs) return false;
    const next = inSteps(this.#value, measured, step);
    if (next === this.#value) return false;
    this.#value = next;
    this.#sinceMs = nowMs;
    return true;
  }
}
