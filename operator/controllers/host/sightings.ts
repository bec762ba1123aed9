import type { DomainSummary } from '../../hypervisor/hypervisor.ts';
import type { Clock } from '../../kube/clock.ts';
import type { HostConnections } from './connections.ts';

/** Hears all domains that a host has just listed. */
export type ListListener = (hostName: string, domains: readonly DomainSummary[]) => void;

/** A host that cannot say within this time what runs there keeps nobody waiting any longer. */
const listWithinMs = 30_000;

/**
 * Where domains were last seen to run, by uuid: from hosts' lists, and at once from events, as when somebody migrates a
 * domain by hand. A reason to ask that host, not the truth; what a host had when it was lost is kept.
 */
export class Sightings {
  readonly #clock: Clock;
  readonly #hostsByUuid = new Map<string, Set<string>>();
  readonly #uuidsByHost = new Map<string, Set<string>>();
  /** Hosts that are connected and have not listed what runs there, since when. */
  readonly #unlisted = new Map<string, number>();
  readonly #listeners: ListListener[] = [];

  constructor(connections: HostConnections, clock: Clock) {
    this.#clock = clock;
    connections.listen({
      onLink: (hostName) => {
        if (connections.link(hostName)?.state === 'Connected') this.#unlisted.set(hostName, clock.now());
        else this.#unlisted.delete(hostName);
      },
      onDomainEvent: (hostName, { uuid }) => this.#see(hostName, uuid),
    });
  }

  /** Whether every connected host has said what runs there. */
  get isComplete(): boolean {
    const now = this.#clock.now();
    return [...this.#unlisted.values()].every((since) => now - since >= listWithinMs);
  }

  listen(listener: ListListener): void {
    this.#listeners.push(listener);
  }

  /** All that the host has, whether it runs or not. */
  list(hostName: string, domains: readonly DomainSummary[]): void {
    this.#unlisted.delete(hostName);
    const running = domains.filter(({ power }) => power !== 'Stopped');
    this.#seeOnly(hostName, new Set(running.map(({ uuid }) => uuid)));
    for (const listener of this.#listeners) listener(hostName, domains);
  }

  /** The host was asked, and the domain does not run there. */
  unsee(hostName: string, uuid: string): void {
    const hosts = this.#hostsByUuid.get(uuid);
    hosts?.delete(hostName);
    if (hosts?.size === 0) this.#hostsByUuid.delete(uuid);
    this.#uuidsByHost.get(hostName)?.delete(uuid);
  }

  /** For a Host that is no more. */
  forget(hostName: string): void {
    this.#unlisted.delete(hostName);
    this.#seeOnly(hostName, new Set());
    this.#uuidsByHost.delete(hostName);
  }

  /** Hosts besides `hostName` on which the domain may run. */
  elsewhere(uuid: string, hostName: string): string[] {
    return [...(this.#hostsByUuid.get(uuid) ?? [])].filter((name) => name !== hostName).sort();
  }

  #seeOnly(hostName: string, uuids: ReadonlySet<string>): void {
    for (const uuid of this.#uuidsByHost.get(hostName) ?? [])
      if (!uuids.has(uuid)) this.unsee(hostName, uuid);
    for (const uuid of uuids) this.#see(hostName, uuid);
  }

  #see(hostName: string, uuid: string): void {
    if (this.#uuidsByHost.get(hostName)?.has(uuid)) return;
    const hosts = this.#hostsByUuid.get(uuid) ?? new Set();
    const uuids = this.#uuidsByHost.get(hostName) ?? new Set();
    this.#hostsByUuid.set(uuid, hosts.add(hostName));
    this.#uuidsByHost.set(hostName, uuids.add(uuid));
  }
}
