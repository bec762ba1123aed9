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

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#takeTurn = turnsOf(options.limit);
  }

  /** @throws what `open` throws, the signal's reason, or ConnectionClosed after `close` */
  async lend(signal?: AbortSignal): Promise<Loan> {
    const either = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    const endTurn = await this.#takeTurn(either);
    try {
      const hypervisor = this.#takeIdle() ?? (await this.#open(either));
      const giveBack = () => {
        endTurn();
        this.#keep(hypervisor);
      };
      return { hypervisor, giveBack: once(giveBack) };
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** Closes what nobody uses; what is lent is closed when it comes back. */
  close(): void {
    this.#stop.abort(new ConnectionClosed('the host was closed by this side'));
    for (const hypervisor of this.#idle.keys()) void hypervisor.close();
    for (const timer of this.#idle.values()) this.#options.clock.clearTimeout(timer);
    this.#idle.clear();
  }

  async #open(signal: AbortSignal): Promise<HypervisorConnection> {
    const hypervisor = await this.#options.open(signal);
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

  #keep(hypervisor: HypervisorConnection): void {
    const { connection } = hypervisor;
    const { unanswered, waiting } = connection.load;
    // Calls that their caller has given up still hold places there, and a stream that nobody reads stops it.
    const isFree = unanswered + waiting + connection.openStreams === 0 && !connection.ended;
    if (this.#stop.signal.aborted || !isFree) {
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
