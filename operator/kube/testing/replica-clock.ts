import type { Clock, Timer } from '../clock.ts';

interface ReplicaTimer {
  callback: () => void;
  handle: Timer;
  isCleared: boolean;
}

/**
 * The clock of one replica among several on the same real time, `world`: it may run fast or slow, and the replica may be
 * suspended as by SIGSTOP: its clock goes on, its timers and everything else that it waits for do not.
 */
export class ReplicaClock implements Clock {
  readonly #world: Clock;
  readonly #rate: number;
  readonly #startedAt: number;
  #held: (() => void)[] | undefined;

  /** `rate`: its milliseconds per millisecond of the world. */
  constructor(world: Clock, rate = 1) {
    this.#world = world;
    this.#rate = rate;
    this.#startedAt = world.now();
  }

  now(): number {
    return (this.#world.now() - this.#startedAt) * this.#rate;
  }

  wallTime(): Date {
    return this.#world.wallTime();
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer: ReplicaTimer = { callback, handle: undefined, isCleared: false };
    // Whole milliseconds and at least one, as Node's timers; time would stand still on shorter ones.
    timer.handle = this.#world.setTimeout(
      () => this.#fire(timer),
      Math.max(1, Math.trunc(delayMs)) / this.#rate,
    );
    return timer;
  }

  clearTimeout(given: Timer): void {
    const timer = given as ReplicaTimer | undefined;
    if (!timer) return;
    timer.isCleared = true;
    this.#world.clearTimeout(timer.handle);
  }

  get isSuspended(): boolean {
    return this.#held !== undefined;
  }

  suspend(): void {
    this.#held ??= [];
  }

  /** Goes on with everything that fell due, in that order or, as an event loop may, in the reverse one. */
  resume(order: 'asDue' | 'reversed' = 'asDue'): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const goOn of order === 'asDue' ? held : held.toReversed()) goOn();
  }

  /** Resolves when the replica is not, or no longer, suspended. */
  running(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#held) this.#held.push(resolve);
      else resolve();
    });
  }

  #fire(timer: ReplicaTimer): void {
    const run = () => {
      if (!timer.isCleared) timer.callback();
    };
    if (this.#held) this.#held.push(run);
    else run();
  }
}
