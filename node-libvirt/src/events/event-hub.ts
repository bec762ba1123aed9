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

type Listener = (event: HypervisorEvent) => void;

/**
 * Events of one connection. Each kind is registered once, with the first listener that wants it, and for as long as the
 * connection lives: messages are told apart by kind, so one that comes before the reply to its own registration is not
 * lost.
 */
export class EventHub {
  /** Kinds that were asked for `whereSupported` and that the server does not know. */
  readonly unsupported: ReadonlySet<EventKind>;
  readonly #unsupported = new Set<EventKind>();
  readonly #connection: Connection;
  readonly #listeners = new Map<EventKind, Set<Listener>>();
  readonly #registered = new Map<EventKind, Promise<void>>();
  /** Registrations whose answer did not come in time: the server may have carried them out. */
  readonly #uncertain = new Set<EventKind>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(connection: Connection, onListenerError: (error: unknown) => void) {
    this.unsupported = this.#unsupported;
    this.#connection = connection;
    this.#onListenerError = onListenerError;
    connection.onEvent((event) => this.#publish(event));
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
    // A key of its own, so that one function subscribed twice is called twice and removed once.
    const entry: Listener = (event) => listener(event as EventOf<K>);
    const remove = () => {
      for (const kind of wanted) this.#listeners.get(kind)?.delete(entry);
    };
    for (const kind of wanted) this.#listenersOf(kind).add(entry);
    try {
      await Promise.all(wanted.map((kind) => this.#ensure(kind, whereSupported, options)));
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
    const queue = new EventQueue<EventOf<K> | Overflow>({
      limit: options.limit ?? defaultQueueLimit,
      overflow: () => ({ kind: 'overflow' }),
      onEnd: () => remove(),
    });
    remove = await this.subscribe<K>((event) => queue.push(event), options);
    void this.#connection.closed.then((reason) => queue.end(reason));
    return queue;
  }

  #listenersOf(kind: EventKind): Set<Listener> {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners);
    return listeners;
  }

  /** Registered at the server, or known not to be possible. */
  async #ensure(kind: EventKind, whereSupported: boolean, options: CallOptions): Promise<void> {
    try {
      await abortable(this.#registration(kind, options), options.signal);
    } catch (error) {
      if (!whereSupported || kind === 'lifecycle' || !(error instanceof LibvirtError)) throw error;
      this.#unsupported.add(kind);
    }
  }

  /** Shared by all who want the kind, so that none of their signals ends it. */
  #registration(kind: EventKind, { timeoutMs }: CallOptions): Promise<void> {
    const before = this.#registered.get(kind);
    if (before) return before;
    const made = register(this.#connection, kinds[kind].message, { timeoutMs }).catch((error) => {
      // To a second registration of one connection libvirt says so.
      if (this.#uncertain.has(kind) && isLibvirtError(error, ErrorCode.INVALID_ARG)) return;
      if (error instanceof CallTimeout && error.outcomeUnknown) this.#uncertain.add(kind);
      this.#registered.delete(kind);
      throw error;
    });
    this.#registered.set(kind, made);
    return made;
  }

  #publish({ name, payload }: RawEvent): void {
    const kind = kindOf(name satisfies EventName);
    const listeners = this.#listeners.get(kind);
    if (!listeners || listeners.size === 0) return;
    const event = readEvent(kind, payload);
    for (const listener of [...listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}

function isLibvirtError(error: unknown, code: number): boolean {
  return error instanceof LibvirtError && error.code === code;
}
