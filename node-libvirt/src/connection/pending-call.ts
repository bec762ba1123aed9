import type { Clock, Timer } from '../clock.ts';
import { CallTimeout } from '../errors.ts';
import type { Priority, Procedure } from '../protocol/procedure.ts';
import type { WindowedCall } from './call-window.ts';

/** How one call is made. */
export interface CallOptions {
  /** From the call to its reply, waiting for a slot included. Default 45 s; Infinity for none. */
  timeoutMs?: number | undefined;
  /** Ends the wait with its reason; what was sent, the server still carries out. */
  signal?: AbortSignal | undefined;
  /** Of the normal-priority calls with one lane, at most one is sent at a time. */
  lane?: string | undefined;
  /** Called right before the call is sent, however long it waited; what it throws ends the call, which then is not sent. */
  permit?: (() => void) | undefined;
}

interface Owner {
  clock: Clock;
  /** The call's time is over, or its caller gave up, while it may still be unsent. */
  onGivenUp(call: PendingCall): void;
}

/** One call from its making to its reply. It may outlive its caller: the server cannot cancel it. */
export class PendingCall implements WindowedCall {
  readonly name: string;
  readonly procedure: Procedure<unknown, unknown>;
  readonly packet: Buffer;
  readonly lane: string | undefined;
  readonly permit: () => void;
  readonly result: Promise<unknown>;
  /** 0 until sent. */
  serial = 0;
  /** Its deadline passed without a reply. */
  timedOut = false;
  /** Called with a good reply, before anybody hears of it; calls that open a stream have it. */
  onSuccess: (() => void) | undefined;
  #settled = false;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #abort: () => void;
  #timer: Timer | undefined;
  #resolve: (value: unknown) => void = () => {};
  #reject: (reason: unknown) => void = () => {};

  constructor(
    name: string,
    procedure: Procedure<unknown, unknown>,
    packet: Buffer,
    options: CallOptions & { timeoutMs: number },
    owner: Owner,
  ) {
    this.name = name;
    this.procedure = procedure;
    this.packet = packet;
    this.lane = options.lane;
    this.permit = options.permit ?? (() => {});
    this.#clock = owner.clock;
    this.#signal = options.signal;
    ({
      promise: this.result,
      resolve: this.#resolve,
      reject: this.#reject,
    } = Promise.withResolvers<unknown>());
    this.#abort = () => {
      this.#settle(() => this.#reject(this.#signal?.reason));
      owner.onGivenUp(this);
    };
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
    this.#startTimer(options.timeoutMs, owner);
  }

  get priority(): Priority {
    return this.procedure.priority;
  }

  get sent(): boolean {
    return this.serial !== 0;
  }

  succeed(value: unknown): void {
    this.#settle(() => this.#resolve(value));
    this.end();
  }

  fail(reason: unknown): void {
    this.#settle(() => this.#reject(reason));
    this.end();
  }

  /** Nothing will come any more. */
  end(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #startTimer(timeoutMs: number, owner: Owner): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.timedOut = true;
      this.#settle(() => this.#reject(new CallTimeout(this.name, timeoutMs, this.sent)));
      owner.onGivenUp(this);
    }, timeoutMs);
  }

  #settle(action: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    action();
  }
}
