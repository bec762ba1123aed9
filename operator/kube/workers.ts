import type { Clock } from './clock.ts';
import type { ObjectKey } from './object.ts';
import type { WorkQueue } from './queue.ts';

export interface WorkersOptions {
  count: number;
  queue: WorkQueue;
  clock: Clock;
  /** Work that takes longer keeps its key in process, but frees the worker and the lane: it hurts nobody else then. */
  longestMs: number;
  /** Must not reject. */
  work: (key: ObjectKey, signal: AbortSignal) => Promise<void>;
}

/**
 * A worker is lent to a key in a lane for so long, in milliseconds; then the key goes on without one. What hangs is held
 * by its lane, so that any number of full lanes leaves workers for all others. Keys without a lane keep their worker: only
 * the number of workers bounds them.
 */
const lentMs = 1_000;

/** After the abort, how long work gets to notice it, in milliseconds. */
const abortGraceMs = 2_000;

/** Loops that take keys from a queue and work on them, until the queue is shut down. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #busy = new Map<ObjectKey, Promise<void>>();
  readonly #abort = new AbortController();
  #loops: Promise<void>[] = [];

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loops = Array.from({ length: this.#options.count }, () => this.#loop());
  }

  /**
   * For a queue that is shut down: waits for work under way, aborts it after `graceMs`, and gives up on what does not
   * heed even that. @returns the keys given up on.
   */
  async drain(graceMs: number): Promise<ObjectKey[]> {
    const over = Promise.all([...this.#loops, ...this.#busy.values()]);
    if (this.#busy.size > 0) await this.#within(over, graceMs);
    this.#abort.abort(new Error('the controller is shutting down'));
    if (this.#busy.size > 0) await this.#within(over, abortGraceMs);
    return [...this.#busy.keys()];
  }

  async #within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
    const { clock } = this.#options;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    // A timer and no signal that aborts: each abort makes an error with its stack, and this runs for every reconcile.
    const timer = clock.setTimeout(resolve, timeoutMs);
    await Promise.race([work, over]);
    clock.clearTimeout(timer);
  }

  async #loop(): Promise<void> {
    const { queue, longestMs } = this.#options;
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      const serving = this.#serve(key);
      this.#busy.set(key, serving);
      if (queue.isInLane(key)) {
        await this.#within(serving, lentMs);
        void this.#watchOver(key, serving, longestMs - lentMs);
      } else await this.#watchOver(key, serving, longestMs);
    }
  }

  async #watchOver(key: ObjectKey, serving: Promise<void>, timeoutMs: number): Promise<void> {
    if (this.#busy.get(key) === serving) await this.#within(serving, timeoutMs);
    if (this.#busy.get(key) === serving) this.#options.queue.leaveLane(key);
  }

  async #serve(key: ObjectKey): Promise<void> {
    try {
      await this.#options.work(key, this.#abort.signal);
    } finally {
      this.#busy.delete(key);
      this.#options.queue.done(key);
    }
  }
}
