import type { Priority } from '../protocol/procedure.ts';

export interface WindowLimits {
  /** Calls that may be unanswered at once. */
  size: number;
  /** How many of them only high-priority calls may use. */
  reservedForHigh: number;
}

/** What the window needs to know of a call. */
export interface WindowedCall {
  readonly priority: Priority;
  /** Of the normal calls with one lane, at most one is unanswered at a time. */
  readonly lane: string | undefined;
}

/**
 * Decides which call may be sent next. With five unanswered calls on a connection, libvirtd stops reading
 * it (`max_client_requests`), keepalive included; so calls wait here instead. High-priority calls go first
 * and have a slot of their own, so that destroying a domain works while guests hold all other slots; and a
 * lane keeps one hung guest from taking more than one slot.
 */
export class CallWindow<C extends WindowedCall> {
  readonly #limits: WindowLimits;
  readonly #waiting: Record<Priority, C[]> = { high: [], normal: [] };
  /** Of the normal calls in flight: as few as the window is wide. */
  readonly #lanes: string[] = [];
  readonly #inFlight: Record<Priority, number> = { high: 0, normal: 0 };

  constructor(limits: WindowLimits) {
    this.#limits = { ...limits, reservedForHigh: Math.min(limits.reservedForHigh, limits.size - 1) };
  }

  /** The most normal calls that can be unanswered at once. */
  get normalSlots(): number {
    return this.#limits.size - this.#limits.reservedForHigh;
  }

  get waiting(): number {
    return this.#waiting.high.length + this.#waiting.normal.length;
  }

  add(call: C): void {
    this.#waiting[call.priority].push(call);
  }

  /** Takes back a call that was not sent yet. */
  withdraw(call: C): void {
    const queue = this.#waiting[call.priority];
    const index = queue.indexOf(call);
    if (index !== -1) queue.splice(index, 1);
  }

  /** Takes back all calls that were not sent yet. */
  drain(): C[] {
    return [...this.#waiting.high.splice(0), ...this.#waiting.normal.splice(0)];
  }

  /** The next call that may be sent, which then holds a slot until `release`. */
  next(): C | undefined {
    if (this.#inFlight.high + this.#inFlight.normal >= this.#limits.size) return undefined;
    const call = this.#waiting.high.shift() ?? this.#nextNormal();
    if (!call) return undefined;
    this.#inFlight[call.priority]++;
    if (call.priority === 'normal' && call.lane !== undefined) this.#lanes.push(call.lane);
    return call;
  }

  release(call: C): void {
    this.#inFlight[call.priority]--;
    if (call.priority === 'normal' && call.lane !== undefined)
      this.#lanes.splice(this.#lanes.indexOf(call.lane), 1);
  }

  #nextNormal(): C | undefined {
    if (this.#inFlight.normal >= this.normalSlots) return undefined;
    const queue = this.#waiting.normal;
    const index = queue.findIndex(({ lane }) => lane === undefined || !this.#lanes.includes(lane));
    return index === -1 ? undefined : queue.splice(index, 1)[0];
  }
}
