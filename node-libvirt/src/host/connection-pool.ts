import type { Clock, Timer } from '../clock.ts';
import { ConnectionClosed } from '../errors.ts';
import type { HypervisorConnection } from '../facade/hypervisor.ts';
import { once, type TakeTurn, turnsOf } from './turns.ts';

export interface PoolOptions {
  open: (signal: AbortSignal) => Promise<HypervisorConnection>;
  clock: Clock;
  /** The most connections that are lent at a time; who wants more waits. */
  limit: number;
  /** How long one that nobody uses is kept. */
  idleMs: number;
}

/** A connection for oneself, until it is given back. */
export interface Loan {
  readonly hypervisor: HypervisorConnection;
  giveBack(): void;
}

/** Connections that are lent to one user at a time, opened when they are needed and closed when they are not. */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #takeTurn: TakeTurn;
  readonly #stop = new AbortController();
  readonly #idle = new Map<HypervisorConnection, Timer>();
  readonly #lent = new Set<HypervisorConnection>();
  #generation = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#takeTurn = turnsOf(options.limit);
  }

  /** @throws what `open` throws, the signal's reason, or ConnectionClosed after `close` */
  async lend(signal?: AbortSignal): Promise<Loan> {
    const either = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    const endTurn = await this.#takeTurn(either);
    try {
      const generation = this.#generation;
      const hypervisor = this.#takeIdle() ?? (await this.#open(either));
      this.#lent.add(hypervisor);
      const giveBack = () => {
        endTurn();
        this.#lent.delete(hypervisor);
        this.#keep(hypervisor, generation);
      };
      return { hypervisor, giveBack: once(giveBack) };
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** From now on lends only connections that are made from now on: the host may be another, or want other certificates. */
  renew(): void {
    this.#generation++;
    void this.#closeIdle();
  }

  /** Closes all, also those that are lent. */
  async close(): Promise<void> {
    this.#stop.abort(new ConnectionClosed('the host was closed by this side'));
    await Promise.all([this.#closeIdle(), ...[...this.#lent].map((hypervisor) => hypervisor.close())]);
  }

  async #closeIdle(): Promise<void> {
    const idle = [...this.#idle.keys()];
    for (const hypervisor of idle) this.#forget(hypervisor);
    await Promise.all(idle.map((hypervisor) => hypervisor.close()));
  }

  async #open(signal: AbortSignal): Promise<HypervisorConnection> {
    const hypervisor = await this.#options.open(signal);
    if (signal.aborted) void hypervisor.close();
    signal.throwIfAborted();
    void hypervisor.closed.then(() => this.#forget(hypervisor));
    return hypervisor;
  }

  #takeIdle(): HypervisorConnection | undefined {
    const [first] = this.#idle;
    if (!first) return undefined;
    const [hypervisor] = first;
    this.#forget(hypervisor);
    return hypervisor;
  }

  #forget(hypervisor: HypervisorConnection): void {
    this.#options.clock.clearTimeout(this.#idle.get(hypervisor));
    this.#idle.delete(hypervisor);
  }

  #keep(hypervisor: HypervisorConnection, generation: number): void {
    const { unanswered, waiting } = hypervisor.connection.load;
    // Calls that their caller has given up still hold places there, and a stream that nobody reads stops it.
    const isBusy = unanswered + waiting + hypervisor.connection.openStreams > 0;
    if (
      isBusy ||
      generation !== this.#generation ||
      this.#stop.signal.aborted ||
      hypervisor.connection.ended
    ) {
      void hypervisor.close();
      return;
    }
    const expire = () => {
      this.#forget(hypervisor);
      void hypervisor.close();
    };
    this.#idle.set(hypervisor, this.#options.clock.setTimeout(expire, this.#options.idleMs));
  }
}
