import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { LibvirtError } from '../errors.ts';
import { type EventName, eventMessages } from '../protocol/events.ts';
import { type DomainEvent, domainEvent } from './domain-event.ts';

export type DomainEventListener = (event: DomainEvent) => void;

/**
 * Events of all domains of one connection. Each kind is registered once, with the first listener, and for
 * as long as the connection lives: messages are told apart by kind, so one that comes before the reply to
 * its own registration is not lost.
 */
export class EventHub {
  readonly #connection: Connection;
  readonly #listeners = new Set<DomainEventListener>();
  readonly #onListenerError: (error: unknown) => void;
  #registration: Promise<void> | undefined;

  constructor(connection: Connection, onListenerError: (error: unknown) => void) {
    this.#connection = connection;
    this.#onListenerError = onListenerError;
    connection.onEvent((event) => this.#publish(domainEvent(event)));
  }

  /**
   * Calls `listener` with every event from now on, in order; resolves once the server has the registration.
   * List domains after it, never before, or a change in between is missed. Ends with the connection.
   * @returns takes the listener away
   * @throws what the registration of lifecycle events failed with; then the listener is not added
   */
  async subscribe(listener: DomainEventListener, options: CallOptions = {}): Promise<() => void> {
    // A key of its own, so that one function subscribed twice is called twice and removed once.
    const entry: DomainEventListener = (event) => listener(event);
    this.#listeners.add(entry);
    try {
      await this.#registered(options);
    } catch (error) {
      this.#listeners.delete(entry);
      throw error;
    }
    return () => void this.#listeners.delete(entry);
  }

  #registered(options: CallOptions): Promise<void> {
    this.#registration ??= this.#register(options).catch((error) => {
      this.#registration = undefined;
      throw error;
    });
    return this.#registration;
  }

  async #register(options: CallOptions): Promise<void> {
    await Promise.all(
      (Object.keys(eventMessages) as EventName[]).map((name) => this.#registerOne(name, options)),
    );
  }

  /** Drivers and older servers do not know every kind; only lifecycle is a must. */
  async #registerOne(name: EventName, options: CallOptions): Promise<void> {
    const { eventId } = eventMessages[name];
    try {
      await this.#connection.call('connectDomainEventCallbackRegisterAny', { eventId, dom: null }, options);
    } catch (error) {
      if (name === 'lifecycle' || !(error instanceof LibvirtError)) throw error;
    }
  }

  #publish(event: DomainEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
