import { type Call, isWrite, type Verb } from './call.ts';

/** Which calls are meant; what is absent does not matter. */
export interface Match {
  verb?: Verb | readonly Verb[];
  /** Plural, without its group. */
  resource?: string | readonly string[];
  /** Empty: the object itself, and none of its subresources. */
  subresource?: string;
  namespace?: string;
  name?: string;
  /** True: whatever changes something; false: whatever only reads. */
  isWrite?: boolean;
  /** True: lists, and watches that begin with one; false: all else. */
  isInitial?: boolean;
}

/**
 * What goes wrong with a call.
 * - `delay`: it reaches the server late.
 * - `drop`: it reaches nobody and gets no answer, on a connection that stays open.
 * - `reset`: it reaches nobody; its connection is reset.
 * - `refuse`: it is answered with this status in the server's place: 429 or 503 with Retry-After, 5xx, 410.
 * - `lose-answer`: the server acts on it, but the caller hears nothing of it: the connection is reset, or silent.
 * - `truncate`: the server acts on it; half of the answer arrives (of a watch: of its first piece), then the connection
 *   is reset.
 * - `stale-list`: a list as it was at this resourceVersion, which it carries too.
 * - `rewind`: a watch starts from this resourceVersion, whatever was asked for: events come a second time.
 * - `freeze`: nothing arrives on a watch, whose connection stays open, until the rule is removed; then it all does.
 * - `end-watch`: a watch ends after this time (also one that is open already): as the server ends it, by a reset, or by
 *   an ERROR event with 410.
 */
export type Fault =
  | { kind: 'delay'; ms: number }
  | { kind: 'drop' }
  | { kind: 'reset' }
  | { kind: 'refuse'; code: number; reason?: string; retryAfterSeconds?: number }
  | { kind: 'lose-answer'; by: 'reset' | 'silence' }
  | { kind: 'truncate' }
  | { kind: 'stale-list'; resourceVersion: string }
  | { kind: 'rewind'; resourceVersion: string }
  | { kind: 'freeze' }
  | { kind: 'end-watch'; by: 'close' | 'reset' | 'expiry'; afterMs?: number };

export interface Rule {
  match: Match;
  fault: Fault;
  /** This many matching calls go through first. Default 0. */
  skip?: number;
  /** This many calls are hit, then the rule does nothing more. Default: all. */
  times?: number;
}

export function matches(match: Match, call: Call): boolean {
  const is = (wanted: string | readonly string[] | undefined, actual: string) =>
    wanted === undefined || (typeof wanted === 'string' ? wanted === actual : wanted.includes(actual));
  return (
    is(match.verb, call.verb) &&
    is(match.resource, call.resource) &&
    is(match.subresource, call.subresource ?? '') &&
    is(match.namespace, call.namespace ?? '') &&
    is(match.name, call.name ?? '') &&
    (match.isWrite === undefined || match.isWrite === isWrite(call)) &&
    (match.isInitial === undefined || match.isInitial === (call.isInitial ?? false))
  );
}

/** Faults of watches under way, as opposed to those of requests. */
export type WatchFault = Extract<Fault, { kind: 'freeze' | 'end-watch' }>;

export function isWatchFault(fault: Fault): fault is WatchFault {
  return fault.kind === 'freeze' || fault.kind === 'end-watch';
}
