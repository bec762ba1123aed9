import type { Clock } from '../../kube/clock.ts';

interface Memory {
  shutdownRequestedAt?: number;
  lastRequestAt?: number;
  starts: number;
  lastStartAt?: number;
  startFailure?: string;
  vanishedAt?: number;
  /** Until addresses are asked for again. */
  addressDelayMs: number;
}

const forgetStartsAfterMs = 10 * 60_000;
const firstStartDelayMs = 10_000;
const longestStartDelayMs = 5 * 60_000;
/** For a guest that has just begun to run, or to talk. */
const firstAddressDelayMs = 1000;
/** For one that has run since before this process, and had its time. */
const oldAddressDelayMs = 30_000;

/**
 * What was tried lately for each VM, by uid: only what cannot be seen in the world, and losing it on a restart costs no
 * more than one more try. Nothing is decided from it that would be wrong without it.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #memories = new Map<string, Memory>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the guest was first asked to shut down; undefined when it was not. */
  shutdownAgeMs(uid: string): number | undefined {
    return this.#age(this.#memories.get(uid)?.shutdownRequestedAt);
  }

  /** Whether to ask again: a guest that still boots misses the first request. */
  shutdownRequestDue(uid: string, everyMs: number): boolean {
    return (this.#age(this.#memories.get(uid)?.lastRequestAt) ?? Number.POSITIVE_INFINITY) >= everyMs;
  }

  shutdownRequested(uid: string): void {
    const memory = this.#memory(uid);
    memory.lastRequestAt = this.#clock.now();
    memory.shutdownRequestedAt ??= memory.lastRequestAt;
  }

  shutdownOver(uid: string): void {
    const memory = this.#memories.get(uid);
    delete memory?.shutdownRequestedAt;
    delete memory?.lastRequestAt;
  }

  /** Milliseconds to wait before the next start: a guest that keeps stopping is started less and less often. */
  startDelayMs(uid: string): number {
    const memory = this.#memories.get(uid);
    const age = this.#age(memory?.lastStartAt);
    if (!memory || age === undefined || age >= forgetStartsAfterMs) return 0;
    const delay = Math.min(longestStartDelayMs, firstStartDelayMs * 2 ** (memory.starts - 1));
    return Math.max(0, delay - age);
  }

  /** Starts in a row, none of which lasted. */
  startsInARow(uid: string): number {
    return this.#memories.get(uid)?.starts ?? 0;
  }

  started(uid: string): void {
    const memory = this.#memory(uid);
    const lasted = (this.#age(memory.lastStartAt) ?? 0) >= forgetStartsAfterMs;
    memory.starts = lasted ? 1 : memory.starts + 1;
    memory.lastStartAt = this.#clock.now();
    memory.addressDelayMs = firstAddressDelayMs;
    delete memory.startFailure;
  }

  /** The last start did not come about, for this reason. */
  startFailed(uid: string, message: string): void {
    this.#memory(uid).startFailure = message;
  }

  startFailure(uid: string): string | undefined {
    return this.#memories.get(uid)?.startFailure;
  }

  /** Starts from now on are no longer in a row with those before. */
  startsOver(uid: string): void {
    const memory = this.#memories.get(uid);
    if (!memory) return;
    memory.starts = 0;
    delete memory.lastStartAt;
    delete memory.startFailure;
  }

  /** Milliseconds since the domain was first missed on its host; counts from this call when it was not missed before. */
  vanishedAgeMs(uid: string): number {
    const memory = this.#memory(uid);
    memory.vanishedAt ??= this.#clock.now();
    return this.#clock.now() - memory.vanishedAt;
  }

  reappeared(uid: string): void {
    delete this.#memories.get(uid)?.vanishedAt;
  }

  /**
   * Milliseconds until to ask again for addresses that the guest does not report yet: one second after its start, and in
   * the long run a sixth of the time that it has been asked in vain. Without an agent it may never report any.
   */
  nextAddressCheckMs(uid: string): number {
    const memory = this.#memory(uid);
    const delayMs = memory.addressDelayMs;
    memory.addressDelayMs *= 1.2;
    return delayMs;
  }

  /** The guest's agent has come or gone: what it has to say may come soon. */
  agentChanged(uid: string): void {
    this.#memory(uid).addressDelayMs = firstAddressDelayMs;
  }

  forget(uid: string): void {
    this.#memories.delete(uid);
  }

  #memory(uid: string): Memory {
    let memory = this.#memories.get(uid);
    if (!memory) {
      memory = { starts: 0, addressDelayMs: oldAddressDelayMs };
      this.#memories.set(uid, memory);
    }
    return memory;
  }

  #age(since: number | undefined): number | undefined {
    return since === undefined ? undefined : this.#clock.now() - since;
  }
}
