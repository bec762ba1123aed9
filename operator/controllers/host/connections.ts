import type {
  DomainEvent,
  HostConnection,
  HostFacts,
  HostTarget,
  Hypervisor,
  HypervisorError,
} from '../../hypervisor/hypervisor.ts';
import type { Clock } from '../../kube/clock.ts';
import { Session } from './session.ts';

/** How the operator stands with one host right now. */
export interface HostLink {
  state: 'Connecting' | 'Connected' | 'Lost';
  /** Wall time at which `state` began. */
  since: Date;
  /** The same on the monotonic clock, in milliseconds: for measuring, as the time of day may jump. */
  sinceMs: number;
  /** Why it is not connected, once an attempt failed or the connection broke. */
  error?: HypervisorError;
  /** Only while Connected. */
  connection?: HostConnection;
  /** What the host said of itself when it was last connected. */
  facts?: HostFacts;
  /** What of these facts cannot be, as a clause: but for the uuid nothing is to be made of them. */
  nonsense?: string;
}

export interface ConnectionsOptions {
  hypervisor: Hypervisor;
  clock: Clock;
  /** 0 to 1; spreads reconnects so that a thousand hosts do not shake hands at once. */
  random: () => number;
  /** Attempts under way at once; TLS handshakes are what a reconnect storm costs. Default 32. */
  maxConnecting?: number;
}

export interface ConnectionsListener {
  /** The link of this host changed in any way. */
  onLink(hostName: string): void;
  onDomainEvent(hostName: string, event: DomainEvent): void;
}

/**
 * The operator's connections, one session to each host, kept up until dropped: it reconnects with jittered back-off and
 * tells the listener of every change. A host that hangs or refuses costs the others nothing.
 */
export class HostConnections {
  readonly #options: ConnectionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #uuidByName = new Map<string, string>();
  readonly #namesByUUID = new Map<string, Set<string>>();
  #listeners: ConnectionsListener[] = [];
  #changes = 0;
  #connecting = 0;
  readonly #queue: (() => void)[] = [];

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  listen(listener: ConnectionsListener): void {
    this.#listeners.push(listener);
  }

  /** Connects to the host if it is not, and anew if its address or the credentials are others than before. */
  ensure(target: HostTarget): void {
    const session = this.#sessions.get(target.name);
    if (session?.serves(target)) return;
    session?.stop();
    const next = new Session(target, session?.link, {
      ...this.#options,
      turn: () => this.#turn(),
      onLink: () => {
        this.#changes += 1;
        this.#note(target.name);
        for (const listener of this.#listeners) listener.onLink(target.name);
      },
      onDomainEvent: (event) => {
        for (const listener of this.#listeners) listener.onDomainEvent(target.name, event);
      },
    });
    this.#sessions.set(target.name, next);
    this.#changes += 1;
    next.start();
  }

  /** The state of the host's link; undefined when nobody asked for a connection to it. */
  link(hostName: string): HostLink | undefined {
    return this.#sessions.get(hostName)?.link;
  }

  /** Goes up with whatever changes of any link, told or not: for what is worked out from all of them. */
  get changes(): number {
    return this.#changes;
  }

  /** The host that answered with this uuid besides the one named, if any: two hosts must not share one. */
  sharesUUID(hostName: string): string | undefined {
    const uuid = this.link(hostName)?.facts?.hostUUID;
    if (!uuid) return undefined;
    return [...(this.#namesByUUID.get(uuid) ?? [])].filter((name) => name !== hostName).sort()[0];
  }

  drop(hostName: string): void {
    this.#sessions.get(hostName)?.stop();
    this.#sessions.delete(hostName);
    this.#changes += 1;
    this.#note(hostName);
  }

  /** Which names have which uuid; a host that is lost keeps its own. */
  #note(hostName: string): void {
    const before = this.#uuidByName.get(hostName);
    const uuid = this.link(hostName)?.facts?.hostUUID;
    if (before === uuid) return;
    if (before !== undefined) this.#namesByUUID.get(before)?.delete(hostName);
    if (before !== undefined && this.#namesByUUID.get(before)?.size === 0) this.#namesByUUID.delete(before);
    if (uuid === undefined) this.#uuidByName.delete(hostName);
    else {
      this.#uuidByName.set(hostName, uuid);
      this.#namesByUUID.set(uuid, (this.#namesByUUID.get(uuid) ?? new Set()).add(hostName));
    }
  }

  /** Closes everything; domains are not touched. */
  stop(): void {
    for (const hostName of [...this.#sessions.keys()]) this.drop(hostName);
    this.#listeners = [];
  }

  /** Waits for one of the places for attempts; the function returned gives it back. */
  async #turn(): Promise<() => void> {
    const limit = this.#options.maxConnecting ?? 32;
    if (this.#connecting >= limit) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#connecting += 1;
    return () => {
      const next = this.#queue.shift();
      if (next) next();
      else this.#connecting -= 1;
    };
  }
}
