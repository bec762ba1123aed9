import { abortable } from '../abortable.ts';
import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { ErrorCode } from '../error-codes.ts';
import { CallTimeout, LibvirtError } from '../errors.ts';
import type { EventName, RawEvent } from '../protocol/events.ts';
import { EventQueue } from './event-queue.ts';
import {
  type DefaultKind,
  defaultKinds,
  type EventKind,
  type EventOf,
  type HypervisorEvent,
  kindOf,
  kinds,
  readEvent,
} from './kinds.ts';
import { register } from './register.ts';

export interface SubscribeOptions<K extends EventKind> extends CallOptions {
  /** Which kinds; default: `defaultKinds`, as far as the server has them. */
  kinds?: readonly K[] | undefined;
  /** A kind that the server does not know is left out, and not an error; `unsupported` then has it. Not for `lifecycle`. */
  whereSupported?: boolean | undefined;
}

export interface IterateOptions<K extends EventKind> extends SubscribeOptions<K> {
  /** The most events that may wait for the reader. Default 1024. */
  limit?: number | undefined;
}

/** The reader was too slow, and what waited for it was let go: list anew. */
export interface Overflow {
  kind: 'overflow';
}

export const defaultQueueLimit = 1024;

interface Subscription {
  kinds: readonly EventKind[];
  listener: (event: HypervisorEvent) => void;
}

/** Somebody who loops over events. */
interface Loop {
  end(reason: Error | undefined): void;
}

const none: ReadonlySet<EventKind> = new Set();

/**
 * Events of one connection. Each kind is registered once, with the first listener that wants it, and for as long as the
 * connection lives: messages are told apart by kind, so one that comes before the reply to its own registration is not
 * lost.
 */
export class EventHub {
  readonly #connection: Connection;
  // Lists, and sets only once they are needed: a process has thousands of these, and an empty set takes 200 bytes.
  #subscriptions: readonly Subscription[] = [];
  #registered: readonly EventKind[] = [];
  #registering: Map<EventKind, Promise<void>> | undefined;
  /** Registrations whose answer did not come in time: the server may have carried them out. */
  #uncertain: Set<EventKind> | undefined;
  #unsupported: Set<EventKind> | undefined;
  #loops: Set<Loop> | undefined;
  readonly #onListenerError: (error: unknown) => void;

  constructor(connection: Connection, onListenerError: (error: unknown) => void) {
    this.#connection = connection;
    this.#onListenerError = onListenerError;
    connection.onEvent((event) => this.#publish(event));
  }

  /** Kinds that were asked for `whereSupported` and that the server does not know. */
  get unsupported(): ReadonlySet<EventKind> {
    return this.#unsupported ?? none;
  }

  /**
   * Calls `listener` with every event from now on, in order; resolves once the server has the registration.
   * List domains after it, never before, or a change in between is missed. Ends with the connection.
   * @returns takes the listener away
   * @throws what a registration failed with, such as LibvirtError for a kind that the server does not know; then the
   *   listener is not added
   */
  async subscribe<K extends EventKind = DefaultKind>(
    listener: (event: EventOf<K>) => void,
    options: SubscribeOptions<K> = {},
  ): Promise<() => void> {
    const wanted: readonly EventKind[] = options.kinds ?? defaultKinds;
    const whereSupported = options.whereSupported ?? options.kinds === undefined;
    // An entry of its own, so that one function subscribed twice is called twice and removed once.
    const entry: Subscription = { kinds: wanted, listener: (event) => listener(event as EventOf<K>) };
    const remove = () => {
      this.#subscriptions = this.#subscriptions.filter((other) => other !== entry);
    };
    this.#subscriptions = [...this.#subscriptions, entry];
    try {
      // All of them, so that whoever tries again after a failure meets none of this attempt's still under way.
      const ends = await Promise.allSettled(
        wanted.map((kind) => this.#ensure(kind, whereSupported, options)),
      );
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    } catch (error) {
      remove();
      throw error;
    }
    return remove;
  }

  /**
   * The same as something to loop over; resolves once the server has the registration. It ends when this side closes the
   * connection, and otherwise throws why the connection ended. To a reader that falls behind by more than `limit` events,
   * one event of the kind `overflow` comes in their place.
   */
  async iterate<K extends EventKind = DefaultKind>(
    options: IterateOptions<K> = {},
  ): Promise<AsyncIterableIterator<EventOf<K> | Overflow>> {
    let remove = () => {};
    const queue: EventQueue<EventOf<K> | Overflow> = new EventQueue<EventOf<K> | Overflow>({
      limit: options.limit ?? defaultQueueLimit,
      overflow: () => ({ kind: 'overflow' }),
      onEnd: () => {
        this.#loops?.delete(queue);
        remove();
      },
    });
    remove = await this.subscribe<K>((event) => queue.push(event), options);
    this.#endWithConnection(queue);
    return queue;
  }

  /** All by one look at the connection's end: it may outlive thousands of loops, and would hold each of them. */
  #endWithConnection(loop: Loop): void {
    if (!this.#loops || this.#connection.ended) {
      this.#loops ??= new Set();
      void this.#connection.closed.then((reason) => this.#endLoops(reason));
    }
    this.#loops.add(loop);
  }

  #endLoops(reason: Error | undefined): void {
    for (const loop of [...(this.#loops ?? [])]) loop.end(reason);
  }

  /** Registered at the server, or known not to be possible. */
  async #ensure(kind: EventKind, whereSupported: boolean, options: CallOptions): Promise<void> {
    try {
      await abortable(this.#registration(kind, options), options.signal);
    } catch (error) {
      if (!whereSupported || kind === 'lifecycle' || !isUnknownKind(error)) throw error;
      this.#unsupported ??= new Set();
      this.#unsupported.add(kind);
    }
  }

  /** Shared by all who want the kind, so that none of their signals ends it. */
  async #registration(kind: EventKind, { timeoutMs }: CallOptions): Promise<void> {
    if (this.#registered.includes(kind)) return;
    this.#registering ??= new Map();
    const made = this.#registering.get(kind) ?? this.#register(kind, timeoutMs);
    this.#registering.set(kind, made);
    try {
      await made;
    } finally {
      this.#registering?.delete(kind);
      if (this.#registering?.size === 0) this.#registering = undefined;
    }
  }

  async #register(kind: EventKind, timeoutMs: number | undefined): Promise<void> {
    try {
      await register(this.#connection, kinds[kind].message, { timeoutMs });
    } catch (error) {
      // To a second registration of one connection libvirt says so.
      const isThere = this.#uncertain?.has(kind) && isLibvirtError(error, ErrorCode.INVALID_ARG);
      if (!isThere) throw this.#noteUncertain(kind, error);
    }
    this.#registered = [...this.#registered, kind];
    this.#unsupported?.delete(kind);
  }

  #noteUncertain(kind: EventKind, error: unknown): unknown {
    if (error instanceof CallTimeout && error.outcomeUnknown) {
      this.#uncertain ??= new Set();
      this.#uncertain.add(kind);
    }
    return error;
  }

  #publish({ name, payload }: RawEvent): void {
    const kind = kindOf(name satisfies EventName);
    const wanting = this.#subscriptions.filter((subscription) => subscription.kinds.includes(kind));
    if (wanting.length === 0) return;
    const event = readEvent(kind, payload);
    for (const { listener } of wanting) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}

/** How servers answer to what they do not know; anything else is a failure of one that may know it. */
const unknownCodes: ReadonlySet<number> = new Set([
  ...[ErrorCode.INTERNAL_ERROR, ErrorCode.NO_SUPPORT, ErrorCode.INVALID_ARG, ErrorCode.RPC],
  ...[ErrorCode.ARGUMENT_UNSUPPORTED, ErrorCode.OPERATION_UNSUPPORTED],
]);

function isUnknownKind(error: unknown): boolean {
  return error instanceof LibvirtError && unknownCodes.has(error.code);
}

function isLibvirtError(error: unknown, code: number): boolean {
  return error instanceof LibvirtError && error.code === code;
}
