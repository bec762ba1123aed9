import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds after which waiting fails. */
  timeoutMs: number;
  /** Milliseconds between two looks. Default 50. */
  everyMs?: number;
  signal?: AbortSignal;
}

/**
 * Looks again and again until `look` returns a value that is neither undefined, null nor false, and returns it.
 * A look that throws counts as "not yet"; its error is told when time is up.
 * @throws Error naming `what` and the last error once `timeoutMs` have passed.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  options: WaitOptions,
): Promise<T> {
  const end = performance.now() + options.timeoutMs;
  let last: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const value = await look();
      if (value !== undefined && value !== null && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) {
      throw new Error(`waited ${options.timeoutMs} ms in vain for ${what}`, last ? { cause: last } : {});
    }
    await delay(options.everyMs ?? 50, undefined, options.signal ? { signal: options.signal } : {});
  }
}
