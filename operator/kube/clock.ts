/** Handle of a pending timer. */
export type Timer = unknown;

/** Time as the runtime sees it; injected, so that tests own it. */
export interface Clock {
  /** Milliseconds that only ever grow, unrelated to the wall clock: jumps of the system time do not touch it. */
  now(): number;
  /** The time of day, for timestamps that people and other programs read; never for measuring intervals. */
  wallTime(): Date;
  setTimeout(callback: () => void, delayMs: number): Timer;
  /** Harmless on a timer that has fired or was cleared. */
  clearTimeout(timer: Timer): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => new Date(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Resolves after `delayMs`, or at once when `signal` aborts; never rejects and leaves no timer behind. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.setTimeout(finish, delayMs);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** A number from 0 (included) to 1 (excluded); `Math.random` outside of tests. */
export type Random = () => number;
