import type { EventKind } from '../events/kinds.ts';
import type { OpenOptions } from '../facade/hypervisor.ts';
import type { Target } from '../transport/target.ts';
import type { BackOffLimits } from './back-off.ts';
import type { HostState } from './state.ts';
import type { TakeTurn } from './turns.ts';

/** Where a host is. A function is asked anew for each connection, so that certificates and addresses may change. */
export type TargetSource = Target | (() => Target | Promise<Target>);

/** How a host is kept connected; every member has a default. */
export interface HostOptions<K extends EventKind> extends Omit<OpenOptions, 'signal'> {
  /** The kinds of events that it gives; default `defaultKinds`. Kinds that a server does not know are left out. */
  kinds?: readonly K[] | undefined;
  /** The most events that may wait for each reader. Default 1024. */
  queueLimit?: number | undefined;
  /** Between attempts. Default: from 0.5 s, doubling up to 30 s, each shortened by chance by up to half. */
  backOff?: BackOffLimits | undefined;
  /** From 0 up to 1. Default: Math.random. */
  random?: (() => number) | undefined;
  /** Asked for before each attempt; share one of `turnsOf` among many hosts. Default: no waiting. */
  takeTurn?: TakeTurn | undefined;
  /** Connections besides the first that may be lent at a time. Default 8. */
  maxLent?: number | undefined;
  /** How long such a connection is kept when nobody uses it. Default 30 s. */
  idleMs?: number | undefined;
  /** Told of each change of `state`; what it throws goes to `onListenerError`. */
  onStateChange?: ((state: HostState) => void) | undefined;
}
