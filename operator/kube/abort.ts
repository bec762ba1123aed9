/**
 * The work's outcome, or the signal's reason once it aborts, whichever is first; the work is then left to itself, and
 * what becomes of it is nobody's concern. For work that may not heed the signal, or not at once.
 */
export async function untilAborted<R>(work: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return work;
  work.catch(() => {});
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Aborts `end` as soon as one of the signals is aborted, for the same reason; returns what ends that. AbortSignal.any
 * does it too, but what is left listening to its signal is kept for as long as its sources are: measured as 1.2 kB a time.
 */
export function abortWith(end: AbortController, ...signals: readonly AbortSignal[]): () => void {
  const listeners = signals.map((signal) => {
    const stop = () => end.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    return () => signal.removeEventListener('abort', stop);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
