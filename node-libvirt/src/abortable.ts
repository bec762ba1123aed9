import type { Clock } from './clock.ts';

/** What `promise` gives, unless `signal` is aborted first: then its reason is thrown, and the promise's end is nobody's. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** How long something may take. */
export interface Limits {
  /** Infinity for no end. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  clock: Clock;
  /** What to fail with once the time is over. */
  tooLate: () => Error;
}

/** What `wait` gives, which is handed one signal for both limits. */
export async function within<T>(limits: Limits, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { timeoutMs, signal, clock, tooLate } = limits;
  const deadline = new AbortController();
  const timer = clock.setTimeout(() => deadline.abort(tooLate()), timeoutMs);
  try {
    return await wait(signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal);
  } finally {
    clock.clearTimeout(timer);
  }
}
