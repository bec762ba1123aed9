import {
  type DomainEvent,
  type HostConnection,
  type HostFacts,
  type HostTarget,
  type Hypervisor,
  HypervisorError,
} from '../../hypervisor/hypervisor.ts';
import { BackOff } from '../../kube/back-off.ts';
import { type Clock, sleep } from '../../kube/clock.ts';
import type { HostLink } from './connections.ts';
import { watchFacts } from './facts-watch.ts';
import { judged } from './implausible.ts';

export interface SessionOptions {
  hypervisor: Hypervisor;
  clock: Clock;
  random: () => number;
  turn: () => Promise<() => void>;
  onLink: () => void;
  onDomainEvent: (event: DomainEvent) => void;
}

const backOffMs = { firstMs: 500, longestMs: 30_000 };

/** Keeps one host connected: attempt, use until it closes, back off, again; until stopped. */
export class Session {
  link: HostLink;
  readonly #target: HostTarget;
  readonly #options: SessionOptions;
  readonly #stop = new AbortController();

  /** `before` is the link of a session that this one replaces; a host once seen stays Lost rather than Connecting. */
  constructor(target: HostTarget, before: HostLink | undefined, options: SessionOptions) {
    this.#target = target;
    this.#options = options;
    const state = before?.facts ? 'Lost' : 'Connecting';
    this.link = { state, ...this.#begin(state, before), ...(before?.facts ? judged(before.facts) : {}) };
  }

  serves(target: HostTarget): boolean {
    return JSON.stringify(target) === JSON.stringify(this.#target);
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stop.abort(new Error(`the connection to ${this.#target.name} is not wanted any more`));
    void this.link.connection?.close();
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#options;
    const backOff = new BackOff({ ...backOffMs, random });
    let wasRejected = false;
    while (!this.#stop.signal.aborted) {
      const { connected, error } = await this.#attempt();
      if (connected) backOff.reset();
      if (this.#stop.signal.aborted) return;
      this.#lost(wasRejected ? error : beforeVerdict(error));
      wasRejected = error.code === 'CertificateRejected';
      await sleep(clock, backOff.nextMs(), this.#stop.signal);
    }
  }

  /** One connection from its making to its end. */
  async #attempt(): Promise<{ connected: boolean; error: HypervisorError }> {
    let connection: HostConnection | undefined;
    const release = await this.#options.turn();
    try {
      if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
      connection = await this.#options.hypervisor.connect(this.#target, { signal: this.#stop.signal });
      await connection.subscribe(this.#options.onDomainEvent, { signal: this.#stop.signal });
      const facts = await connection.facts({ signal: this.#stop.signal });
      this.#set({ state: 'Connected', ...this.#begin('Connected'), connection, ...judged(facts) });
    } catch (error) {
      void connection?.close();
      return { connected: false, error: asHypervisorError(error) };
    } finally {
      release();
    }
    const reason = await this.#use(connection);
    return {
      connected: true,
      error: reason ?? new HypervisorError('Unreachable', 'the connection was closed'),
    };
  }

  /** Keeps up with what the host has until the connection ends, and says why that did. */
  async #use(connection: HostConnection): Promise<HypervisorError | undefined> {
    const { clock, random } = this.#options;
    const end = new AbortController();
    const { signal } = end;
    const onChanged = (changed: HostFacts) => {
      const { nonsense: _, ...link } = this.link;
      this.#set({ ...link, ...judged(changed) });
    };
    const { facts } = this.link;
    if (facts) void watchFacts(facts, { connection, clock, random, signal, onChanged });
    const reason = await connection.closed;
    end.abort(new Error(`the connection to ${this.#target.name} has ended`));
    return reason;
  }

  #lost(error: HypervisorError): void {
    const { facts } = this.link;
    const state = facts ? 'Lost' : 'Connecting';
    this.#set({ state, ...this.#begin(state, this.link), error, ...(facts ? judged(facts) : {}) });
  }

  /** Now, or for a state that goes on since it began. */
  #begin(state: HostLink['state'], before?: HostLink): Pick<HostLink, 'since' | 'sinceMs'> {
    if (before?.state === state) return { since: before.since, sinceMs: before.sinceMs };
    const { clock } = this.#options;
    return { since: clock.wallTime(), sinceMs: clock.now() };
  }

  #set(link: HostLink): void {
    if (this.#stop.signal.aborted) {
      void link.connection?.close();
      return;
    }
    this.link = link;
    this.#options.onLink();
  }
}

/**
 * A daemon that is going down closes a new connection just as one that does not accept the certificate, so a single
 * rejection is no reason to call for a person.
 */
function beforeVerdict(error: HypervisorError): HypervisorError {
  if (error.code !== 'CertificateRejected') return error;
  return new HypervisorError('Unreachable', error.message, { cause: error });
}

function asHypervisorError(error: unknown): HypervisorError {
  if (error instanceof HypervisorError) return error;
  return new HypervisorError('Failed', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
