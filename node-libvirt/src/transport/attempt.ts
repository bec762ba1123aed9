import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { ConnectFailed } from '../errors.ts';

/** How a connection is made. */
export interface ConnectOptions {
  /** For everything until the connection can be used. Default 10 s. */
  connectTimeoutMs?: number | undefined;
  /** Ends the attempt with its reason. */
  signal?: AbortSignal | undefined;
  clock?: Clock | undefined;
}

export const defaultConnectTimeoutMs = 10_000;

/** Settles one attempt; whatever loses, the stream is destroyed. */
interface Outcome {
  succeed(): void;
  fail(error: Error): void;
}

/**
 * Runs one attempt to get a usable stream, bounded by the timeout and the signal.
 * @throws ConnectFailed on timeout, what `start` fails with, or the signal's reason
 */
export async function attempt<S extends Duplex>(
  where: string,
  options: ConnectOptions,
  open: () => S,
  start: (stream: S, outcome: Outcome) => void,
): Promise<S> {
  const { connectTimeoutMs = defaultConnectTimeoutMs, signal, clock = systemClock } = options;
  signal?.throwIfAborted();
  const stream = open();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal?.reason);
  const timeout = () => reject(new ConnectFailed(`${where}: no connection within ${connectTimeoutMs} ms`));
  const timer = clock.setTimeout(timeout, connectTimeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  start(stream, { succeed: resolve, fail: reject });
  try {
    await promise;
    return stream;
  } catch (error) {
    stream.on('error', () => {}); // a destroyed stream may still report what it was doing
    stream.destroy();
    throw error;
  } finally {
    clock.clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
