import type { Socket } from 'node:net';
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

const defaultConnectTimeoutMs = 10_000;

/** Settles one attempt; whatever loses, the socket is destroyed. */
interface Outcome {
  succeed(): void;
  fail(error: Error): void;
}

/**
 * Runs one attempt to get a usable socket, bounded by the timeout and the signal.
 * @throws ConnectFailed on timeout, what `start` fails with, or the signal's reason
 */
export async function attempt<S extends Socket>(
  where: string,
  options: ConnectOptions,
  open: () => S,
  start: (socket: S, outcome: Outcome) => void,
): Promise<S> {
  const { connectTimeoutMs = defaultConnectTimeoutMs, signal, clock = systemClock } = options;
  signal?.throwIfAborted();
  const socket = open();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal?.reason);
  const timeout = () => reject(new ConnectFailed(`${where}: no connection within ${connectTimeoutMs} ms`));
  const timer = clock.setTimeout(timeout, connectTimeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  start(socket, { succeed: resolve, fail: reject });
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.on('error', () => {}); // a destroyed socket may still report what it was doing
    socket.destroy();
    throw error;
  } finally {
    clock.clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
