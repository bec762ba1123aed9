import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../../operator/kube/clock.ts';
import type { Call } from './call.ts';
import type { WatchFault } from './rule.ts';
import type { ActiveRule } from './rule-book.ts';
import { expiredEvent } from './status.ts';

/**
 * A watch that is open. Passes on whole events as they come, so that one can be put between two others.
 * Its caller gets what came while it was frozen when it thaws, as from a network that was stuck.
 */
export class LiveWatch {
  readonly call: Call;
  readonly #answer: IncomingMessage;
  readonly #caller: ServerResponse;
  readonly #reset: () => void;
  readonly #clock: Clock;
  readonly #freezers = new Set<ActiveRule>();
  #held: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #hasEnded = false;
  #isClosed = false;
  #timer: Timer;

  /** `reset` breaks the caller's connection. */
  constructor(parts: {
    call: Call;
    answer: IncomingMessage;
    caller: ServerResponse;
    reset: () => void;
    clock: Clock;
  }) {
    const { call, answer, caller, reset, clock } = parts;
    this.#clock = clock;
    this.call = call;
    this.#answer = answer;
    this.#caller = caller;
    this.#reset = reset;
    answer.on('data', (chunk: Buffer) => this.#take(chunk));
    answer.on('end', () => this.#end());
    answer.on('error', () => this.#isClosed || reset());
  }

  /** Does to it what a rule says. */
  suffer(rule: ActiveRule, fault: WatchFault): void {
    if (fault.kind === 'freeze') this.#freezers.add(rule);
    else this.#timer = this.#clock.setTimeout(() => this.#endBy(fault.by), fault.afterMs ?? 0);
    rule.fire(this.call);
  }

  thaw(rule: ActiveRule): void {
    if (this.#freezers.delete(rule)) this.#pass();
  }

  /** Its caller is gone. */
  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
    this.#answer.destroy();
  }

  #take(chunk: Buffer): void {
    const text = Buffer.concat([this.#rest, chunk]);
    const end = text.lastIndexOf(0x0a) + 1;
    this.#rest = text.subarray(end);
    if (end > 0) this.#held.push(text.subarray(0, end));
    this.#pass();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#pass();
  }

  #pass(): void {
    if (this.#freezers.size > 0 || this.#isClosed) return;
    for (const events of this.#held.splice(0)) this.#caller.write(events);
    if (this.#hasEnded) this.#caller.end();
  }

  #endBy(by: 'close' | 'reset' | 'expiry'): void {
    this.close();
    if (by === 'reset') this.#reset();
    else this.#caller.end(by === 'expiry' ? expiredEvent : undefined);
  }
}
