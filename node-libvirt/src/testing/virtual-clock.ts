import type { Clock, Timer } from '../clock.ts';

interface Scheduled {
  atMs: number;
  callback: () => void;
}

/** Time that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Scheduled>();

  /** Timers that have neither fired nor been cleared; a test's way to find leaks. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds since it was made, by `advance` alone. */
  now(): number {
    return this.#nowMs;
  }

  /** `advance` calls `callback` once that much time is over. */
  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return timer;
  }

  /** A timer that has fired, or is of another clock, is ignored. */
  clearTimeout(timer: Timer): void {
    this.#timers.delete(timer as Scheduled);
  }

  /** Moves time and fires what falls due, in order; I/O gets its turn before and after each timer. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await turns();
    for (let due = this.#firstUntil(endMs); due; due = this.#firstUntil(endMs)) {
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
      await turns();
    }
    this.#nowMs = endMs;
  }

  #firstUntil(endMs: number): Scheduled | undefined {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs);
    return due.reduce<Scheduled | undefined>((a, b) => (a && a.atMs <= b.atMs ? a : b), undefined);
  }
}

/** Lets in-memory streams and promises come to rest. */
export async function turns(count = 4): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
