/** A timer as the clock that made it knows it. */
export type Timer = unknown;

/** Source of time for deadlines and keepalive; a test passes one that it moves by hand. */
export interface Clock {
  /** Milliseconds, monotonic; only differences mean something. */
  now(): number;
  /** Calls `callback` once, after that many milliseconds; Infinity is never. */
  setTimeout(callback: () => void, delayMs: number): Timer;
  /** A timer that has fired, or undefined, is ignored. */
  clearTimeout(timer: Timer): void;
}

/** Node's timers fire at once when told to wait longer: 24.8 days. */
const maxTimerMs = 0x7fffffff;

/** The process's own timers; what is due in more than 24 days is never due. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, delayMs) =>
    delayMs > maxTimerMs ? undefined : setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
