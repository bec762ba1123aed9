import type { CallOptions } from '../connection/pending-call.ts';

/** Options of a call that moves gigabytes, whose end no default can foresee: without a deadline, unless its caller gives one. */
export function asLongAsItTakes<O extends CallOptions>(options: O): O {
  return { ...options, timeoutMs: options.timeoutMs ?? Number.POSITIVE_INFINITY };
}
