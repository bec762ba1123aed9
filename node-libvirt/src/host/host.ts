import { abortable, within } from '../abortable.ts';
import type { Clock } from '../clock.ts';
import type { ByteStream } from '../connection/byte-stream.ts';
import { withDefaults } from '../connection/options.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { ConnectFailed, ConnectionClosed } from '../errors.ts';
import { defaultQueueLimit } from '../events/event-hub.ts';
import { EventQueue } from '../events/event-queue.ts';
import { type DefaultKind, defaultKinds, type EventKind, type EventOf } from '../events/kinds.ts';
import { type HypervisorConnection, openHypervisor } from '../facade/hypervisor.ts';
import { defaultConnectTimeoutMs } from '../transport/attempt.ts';
import type { Target } from '../transport/target.ts';
import { ConnectionPool, type Loan } from './connection-pool.ts';
import type { HostEvent } from './host-event.ts';
import type { HostOptions, TargetSource } from './options.ts';
import type { HostState } from './state.ts';
import { Supervisor } from './supervisor.ts';

const defaultBackOff = { firstMs: 500, longestMs: 30_000 };
const defaultWaitMs = 45_000;

/**
 * One host, kept connected from its making until `close`. It holds a connection for short calls and events, and lends
 * others for what takes long, since a connection has few places for calls and a stream can hold up its whole connection.
 */
export class Host<K extends EventKind = DefaultKind> {
  readonly #target: TargetSource;
  readonly #options: HostOptions<K>;
  readonly #clock: Clock;
  readonly #onListenerError: (error: unknown) => void;
  readonly #supervisor: Supervisor;
  readonly #pool: ConnectionPool;
  readonly #readers = new Set<EventQueue<HostEvent<K>>>();
  readonly #replaced = new WeakSet<HypervisorConnection>();
  #present: HypervisorConnection | undefined;
  #wasConnected = false;
  #changed = Promise.withResolvers<void>();

  constructor(target: TargetSource, options: HostOptions<K> = {}) {
    this.#target = target;
    this.#options = options;
    ({ clock: this.#clock, onListenerError: this.#onListenerError } = withDefaults(options));
    const { random = Math.random, backOff = defaultBackOff, maxLent: limit = 8, idleMs = 30_000 } = options;
    const clock = this.#clock;
    this.#pool = new ConnectionPool({ open: (signal) => this.#open(signal), clock, limit, idleMs });
    this.#supervisor = new Supervisor({
      open: (signal) => this.#openWithEvents(signal),
      onChange: (state, because) => this.#onChange(state, because),
      ...{ clock, random, backOff },
    });
    this.#supervisor.start();
  }

  get state(): HostState {
    return this.#supervisor.state;
  }

  /**
   * The connection for short calls, once there is one. It is another after each `relist`, so ask for it anew.
   * @throws ConnectFailed when there is none within `timeoutMs` (default 45 s); the last attempt's own error when trying
   *   again cannot help, such as CertificateRejected; ConnectionClosed after `close`; the signal's reason
   */
  connected(options: CallOptions = {}): Promise<HypervisorConnection> {
    return this.#within(options, (signal) => this.#untilConnected(signal));
  }

  /**
   * Everything that happens, from now on, to loop over. It begins with `relist` once the host is connected. Each reader
   * has a queue of its own; one that falls behind gets a `relist` in place of what it missed. Ends with `close`.
   */
  events(): AsyncIterableIterator<HostEvent<K>> {
    const queue: EventQueue<HostEvent<K>> = new EventQueue<HostEvent<K>>({
      limit: this.#options.queueLimit ?? defaultQueueLimit,
      overflow: () => ({ kind: 'relist', because: 'overflow' }),
      onEnd: () => this.#readers.delete(queue),
    });
    this.#readers.add(queue);
    if (this.state.state === 'connected') queue.push({ kind: 'relist', because: 'connected' });
    if (this.state.state === 'closed') queue.end();
    return queue;
  }

  /**
   * Runs `work` on a connection that is its own as long as it takes: for migrations, backups, agents, and everything else
   * that is long.
   * @param options `timeoutMs` is for the time until `work` begins, in which others may have to give theirs back
   * @throws what `connected` throws, what opening another connection throws, and what `work` throws
   */
  async apart<T>(
    work: (hypervisor: HypervisorConnection) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const loan = await this.#lend(options);
    try {
      return await work(loan.hypervisor);
    } finally {
      loan.giveBack();
    }
  }

  /** Opens a stream, such as a console, on a connection that is its own until the stream has closed. @throws as `apart` */
  async openStream(
    open: (hypervisor: HypervisorConnection) => Promise<ByteStream>,
    options: CallOptions = {},
  ): Promise<ByteStream> {
    const loan = await this.#lend(options);
    try {
      const stream = await open(loan.hypervisor);
      if (stream.closed) loan.giveBack();
      else stream.once('close', () => loan.giveBack());
      return stream;
    } catch (error) {
      loan.giveBack();
      throw error;
    }
  }

  /**
   * Makes a new connection take the place of the present one, as after a change of certificates: without a gap in events,
   * and calls that are under way end first. While there is none, an attempt is begun at once, in place of one that is
   * under way. What is lent stays as it is, and is not lent again.
   * @throws what opening it throws; the present connection then stays
   */
  renew(): Promise<void> {
    return this.#supervisor.renew();
  }

  /** Ends all its connections and all loops over its events; unanswered calls fail with ConnectionClosed. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#supervisor.stop()]);
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #within<T>(options: CallOptions, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal, timeoutMs = defaultWaitMs } = options;
    return within({ timeoutMs, signal, clock: this.#clock, tooLate: () => this.#tooLate(timeoutMs) }, wait);
  }

  async #untilConnected(signal: AbortSignal): Promise<HypervisorConnection> {
    for (;;) {
      signal.throwIfAborted();
      const hypervisor = this.#usable();
      if (hypervisor) return hypervisor;
      await abortable(this.#changed.promise, signal);
    }
  }

  #lend(options: CallOptions): Promise<Loan> {
    return this.#within(options, async (signal) => {
      await this.#untilConnected(signal);
      return this.#pool.lend(signal);
    });
  }

  #usable(): HypervisorConnection | undefined {
    const { state } = this;
    if (state.state === 'closed') throw new ConnectionClosed('the host was closed by this side');
    if (state.state === 'waiting' && 'retryable' in state.error && !state.error.retryable) throw state.error;
    return state.state === 'connected' ? state.hypervisor : undefined;
  }

  #tooLate(timeoutMs: number): ConnectFailed {
    const { state } = this;
    if (state.state === 'connected')
      return new ConnectFailed(`no connection could be lent within ${timeoutMs} ms: see maxLent`);
    const last = 'error' in state ? state.error : undefined;
    return new ConnectFailed(
      `not connected within ${timeoutMs} ms${last ? `: ${last.message}` : ''}`,
      last && { cause: last },
    );
  }

  async #open(signal: AbortSignal): Promise<HypervisorConnection> {
    const endTurn = await this.#options.takeTurn?.(signal);
    try {
      const target =
        typeof this.#target === 'function' ? await this.#ask(this.#target, signal) : this.#target;
      return await openHypervisor(target, { ...this.#options, signal });
    } finally {
      endTurn?.();
    }
  }

  /** Within the time for connecting: a turn is held meanwhile, for which other hosts may wait. */
  #ask(source: () => Target | Promise<Target>, signal: AbortSignal): Promise<Target> {
    const timeoutMs = this.#options.connectTimeoutMs ?? defaultConnectTimeoutMs;
    const tooLate = () => new ConnectFailed(`the function for the target gave none within ${timeoutMs} ms`);
    return within({ timeoutMs, signal, clock: this.#clock, tooLate }, async (either) =>
      abortable(Promise.resolve(source()), either),
    );
  }

  async #openWithEvents(signal: AbortSignal): Promise<HypervisorConnection> {
    const hypervisor = await this.#open(signal);
    try {
      const kinds = this.#options.kinds ?? (defaultKinds as readonly EventKind[] as readonly K[]);
      await hypervisor.events.subscribe<K>((event) => this.#onEvent(hypervisor, event), {
        ...{ kinds, whereSupported: true, signal },
        timeoutMs: this.#options.connectTimeoutMs,
      });
      return hypervisor;
    } catch (error) {
      hypervisor.connection.close();
      throw error;
    }
  }

  /**
   * Before `relist` nothing counts that the list after it will say; and what was replaced lives on for its calls alone, as
   * its events come from its successor too.
   */
  #onEvent(from: HypervisorConnection, event: EventOf<K>): void {
    if (this.state.state === 'connected' && !this.#replaced.has(from)) this.#tell(event);
  }

  #onChange(state: HostState, because: 'connected' | 'renewed' | undefined): void {
    if (because) {
      this.#pool.renew();
      this.#wasConnected = true;
      this.#tell({ kind: 'relist', because });
    }
    if (because === 'renewed' && this.#present) this.#replaced.add(this.#present);
    this.#present = state.state === 'connected' ? state.hypervisor : undefined;
    if (state.state === 'waiting') this.#tellLoss(state.error);
    if (state.state === 'closed') for (const reader of [...this.#readers]) reader.end();
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
    try {
      this.#options.onStateChange?.(state);
    } catch (error) {
      this.#onListenerError(error); // or the host would never be connected again
    }
  }

  #tellLoss(error: Error): void {
    if (!this.#wasConnected) return;
    this.#wasConnected = false;
    this.#tell({ kind: 'disconnected', error });
  }

  #tell(event: HostEvent<K>): void {
    for (const reader of this.#readers) reader.push(event);
  }
}
