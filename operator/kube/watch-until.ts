import type { Clock } from './clock.ts';
import type { WatchEvent } from './cluster.ts';

export interface WatchRun<T> {
  open: (signal: AbortSignal) => AsyncIterable<WatchEvent<T>>;
  onEvent: (event: WatchEvent<T>) => void;
  clock: Clock;
  quietLimitMs: number;
  signal: AbortSignal;
}

/**
 * Reads one watch to its end. Rejects with the watch's error, with the signal's reason, or once nothing came for
 * `quietLimitMs`. Does not wait for the watch to agree to that: behind a half-open connection it may never answer.
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
  const { promise: ended, reject } = Promise.withResolvers<never>();
  ended.catch(() => {});
  end.signal.addEventListener('abort', () => reject(end.signal.reason), { once: true });
  const stop = () => end.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const giveUp = () => end.abort(new Error(`the watch was silent for ${quietLimitMs} ms`));
  let watchdog = clock.setTimeout(giveUp, quietLimitMs);
  const events = open(end.signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([events.next(), ended]);
      if (next.done) return;
      clock.clearTimeout(watchdog);
      watchdog = clock.setTimeout(giveUp, quietLimitMs);
      onEvent(next.value);
    }
  } finally {
    clock.clearTimeout(watchdog);
    signal.removeEventListener('abort', stop);
    end.abort();
    events.return?.().catch(() => {});
  }
}
