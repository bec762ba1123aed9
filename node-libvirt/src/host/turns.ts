import { abortable } from '../abortable.ts';

/** Waits for one's turn; what it gives ends the turn, and may be called more than once. */
export type TakeTurn = (signal?: AbortSignal) => Promise<() => void>;

/**
 * Turns for at most `limit` at a time, in the order of asking. Shared by many hosts, it keeps a restart of the network
 * from costing all their TLS handshakes at once.
 */
export function turnsOf(limit: number): TakeTurn {
  let free = limit;
  const waiting: (() => void)[] = [];
  const end = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async (signal) => {
    signal?.throwIfAborted();
    if (free > 0) free--;
    else await place(waiting, end, signal);
    return once(end);
  };
}

async function place(waiting: (() => void)[], end: () => void, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.push(resolve);
  try {
    await abortable(promise, signal);
  } catch (error) {
    const index = waiting.indexOf(resolve);
    // Given the turn at the moment of giving up: the next one has it.
    if (index === -1) end();
    else waiting.splice(index, 1);
    throw error;
  }
}

/** The same, done the first time only. */
export function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
