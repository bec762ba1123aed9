import type { Host } from '../../api/host.ts';
import { findCondition } from '../conditions.ts';
import type { HostLinks } from '../host/recorded-links.ts';
import type { Stores } from '../stores.ts';

/** In which pools a host has not been reached for the first time, or not failed to be; each VM that waits asks. */
export class FirstAttempts {
  readonly #stores: Pick<Stores, 'hosts'>;
  readonly #connections: HostLinks;
  readonly #hasVms: (hostName: string) => boolean;
  /** By pool, as things are; undefined of one without hosts. */
  readonly #underWay = new Map<string, boolean | undefined>();
  #asOf: number | undefined;

  constructor(stores: Pick<Stores, 'hosts'>, connections: HostLinks, hasVms: (hostName: string) => boolean) {
    this.#stores = stores;
    this.#hasVms = hasVms;
    this.#connections = connections;
    stores.hosts.subscribe((change) => {
      if (change.type !== 'updated' || standing(change.old) !== standing(change.object))
        this.#underWay.clear();
    });
  }

  /** Whether one of the pool's hosts is being reached for the first time; undefined of a pool without hosts. */
  areUnderWay(pool: string): boolean | undefined {
    const { changes } = this.#connections;
    if (changes !== this.#asOf) this.#underWay.clear();
    this.#asOf = changes;
    if (this.#underWay.has(pool)) return this.#underWay.get(pool);
    const hosts = this.#stores.hosts.byIndex('pool', pool);
    const found = hosts.length === 0 ? undefined : hosts.some((host) => this.isUnderWay(host));
    // Of one that is being deleted VMs on it decide, of which nothing is seen here.
    if (!hosts.some(({ metadata }) => metadata.deletionTimestamp)) this.#underWay.set(pool, found);
    return found;
  }

  /**
   * Nobody has asked for a connection yet, or the first answer is not there. A host that failed before is no reason to wait,
   * and one that is being deleted is not connected any more once it carries no VM.
   */
  isUnderWay(host: Host): boolean {
    const { name, deletionTimestamp } = host.metadata;
    const link = this.#connections.link(name);
    if (link) return link.state === 'Connecting' && !link.error;
    if (deletionTimestamp && !this.#hasVms(name)) return false;
    return findCondition(host, 'Connected')?.status !== 'False';
  }
}

/** All of a Host that bears on it; of links that are on record, what the record says. */
function standing(host: Host): string {
  const state = host.status?.connection?.state;
  const { deletionTimestamp } = host.metadata;
  return `${host.spec.hostPoolRef.name} ${findCondition(host, 'Connected')?.status} ${state} ${deletionTimestamp}`;
}
