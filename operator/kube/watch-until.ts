import { abortWith } from './abort.ts';
import type { Clock } from './clock.ts';
import type { WatchEvent } from './cluster.ts';

export interface WatchRun<T> {
  open: (signal: AbortSignal) => AsyncIterable<WatchEvent<T>>;
  onEvent: (event: WatchEvent<T>) => void;
  clock: Clock;
  /** Asked anew before each event. */
  quietLimitMs: () => number;
  signal: AbortSignal;
}

/** Nothing came for longer than a server that is there leaves a watch without a bookmark. */
export class SilentWatchError extends Error {
  override readonly name = 'SilentWatchError';

  constructor(quietLimitMs: number) {
    super(`the watch was silent for ${quietLimitMs} ms`);
  }
}

/**
 * Reads one watch to its end. Rejects with the watch's error, with the signal's reason, or by a
 * `SilentWatchError`. Does not wait for the watch to agree to that: behind a half-open connection it may never answer.
 */
export async function watchUntil<T>({
  open,
  onEvent,
  clock,
  quietLimitMs,
  signal,
}: WatchRun<T>): Promise<void> {
  signal.throwIfAborted();
  const end = new AbortController();
  const release = abortWith(end, signal);
  const watch = () => {
    const limitMs = quietLimitMs();
    return clock.setTimeout(() => end.abort(new SilentWatchError(limitMs)), limitMs);
  };
  let watchdog = watch();
  const events = open(end.signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextOf(events, end.signal);
      // An event that came in the same turn is no longer wanted.
      end.signal.throwIfAborted();
      if (next.done) return;
      clock.clearTimeout(watchdog);
      onEvent(next.value);
      watchdog = watch();
    }
  } finally {
    clock.clearTimeout(watchdog);
    release();
    end.abort();
    events.return?.().catch(() => {});
  }
}

/**
 * The next event, or the signal's reason once it aborts. Not raced with a promise that lives as long as the watch: that
 * would keep each event that it was raced with.
 */
function nextOf<E>(events: AsyncIterator<E>, signal: AbortSignal): Promise<IteratorResult<E>> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    events
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
}
