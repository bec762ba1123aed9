import type { Clock, Timer } from '../clock.ts';

interface Pending {
  id: number;
  at: number;
  callback: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in order of time, then of creation. */
export class VirtualClock implements Clock {
  #now = 0;
  #nextId = 1;
  readonly #startedAt: number;
  readonly #pending = new Map<number, Pending>();

  constructor(startedAt = Date.UTC(2026, 0, 1)) {
    this.#startedAt = startedAt;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): Date {
    return new Date(this.#startedAt + this.#now);
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const id = this.#nextId++;
    this.#pending.set(id, { id, at: this.#now + Math.max(0, delayMs), callback });
    return id;
  }

  clearTimeout(timer: Timer): void {
    this.#pending.delete(timer as number);
  }

  /** Timers that have not fired: a test of clean shutdown expects 0. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** Moves time on, firing what falls due and letting promises settle after each timer. */
  async advance(byMs: number): Promise<void> {
    const end = this.#now + byMs;
    await settle();
    for (let next = this.#nextDue(end); next; next = this.#nextDue(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#pending.delete(next.id);
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  /** As `advance`, for code without promises in it. */
  advanceSync(byMs: number): void {
    const end = this.#now + byMs;
    for (let next = this.#nextDue(end); next; next = this.#nextDue(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#pending.delete(next.id);
      next.callback();
    }
    this.#now = end;
  }

  #nextDue(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#pending.values()) {
      if (timer.at > end) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.id < first.id)) first = timer;
    }
    return first;
  }
}

/** Lets everything that waits on settled promises run, several hops deep, without time passing on a virtual clock. */
export async function settle(): Promise<void> {
  for (let hop = 0; hop < 5; hop++) await new Promise((resolve) => setImmediate(resolve));
}
