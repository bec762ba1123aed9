import { type Clock, systemClock } from '../clock.ts';
import type { KeepaliveLimits } from './keepalive.ts';

/** How one connection behaves; every member has a default. */
export interface ConnectionOptions {
  /**
   * Calls that may be unanswered at once. Default 4: with libvirtd's default `max_client_requests` of 5, the
   * fifth makes the daemon stop reading. Raise it only together with the daemon's.
   */
  windowSize?: number | undefined;
  /** Slots of the window that only high-priority calls may use. Default 1. */
  slotsForHighPriority?: number | undefined;
  /** Default deadline of a call. Default 45 s: a domain's other work makes libvirt give up after 30 s and say so. */
  callTimeoutMs?: number | undefined;
  /** Timed-out calls still unanswered at which the connection is given up. Default: as many as there are normal slots. */
  maxTimedOutCalls?: number | undefined;
  /** Default: 5 s, 3 times. */
  keepalive?: KeepaliveLimits | undefined;
  /** For deadlines and keepalive; default: `systemClock`. */
  clock?: Clock | undefined;
  /** Told what a listener threw. Default: a process warning. */
  onListenerError?: ((error: unknown) => void) | undefined;
}

export interface ConnectionSettings {
  windowSize: number;
  slotsForHighPriority: number;
  callTimeoutMs: number;
  maxTimedOutCalls: number | undefined;
  keepalive: KeepaliveLimits;
  clock: Clock;
  onListenerError: (error: unknown) => void;
}

export function withDefaults(options: ConnectionOptions): ConnectionSettings {
  return {
    windowSize: options.windowSize ?? 4,
    slotsForHighPriority: options.slotsForHighPriority ?? 1,
    callTimeoutMs: options.callTimeoutMs ?? 45_000,
    maxTimedOutCalls: options.maxTimedOutCalls,
    keepalive: options.keepalive ?? { intervalMs: 5_000, count: 3 },
    clock: options.clock ?? systemClock,
    onListenerError: options.onListenerError ?? warn,
  };
}

/** Anything can be thrown, and a warning has to be an error or a text. */
function warn(error: unknown): void {
  process.emitWarning(
    error instanceof Error ? error : new Error('an event listener threw', { cause: error }),
  );
}
