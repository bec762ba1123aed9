import type { CallOptions } from '../../connection/pending-call.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
import type { DomainCalls } from './domain-calls.ts';

/** One snapshot of a domain, by name. Calls fail with NO_DOMAIN_SNAPSHOT when the domain has none of it. */
export class Snapshot {
  readonly name: string;
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls, name: string) {
    this.#calls = calls;
    this.name = name;
  }

  /** flags: SnapshotXmlFlag (libvirt: virDomainSnapshotGetXMLDesc). */
  async xml(options: FlaggedOptions = {}): Promise<string> {
    const args = this.#flagged(options);
    return (await this.#calls.connection.call('domainSnapshotGetXmlDesc', args, options)).xml;
  }

  /** The one that it was taken after; NO_DOMAIN_SNAPSHOT if it is a first one (libvirt: virDomainSnapshotGetParent). */
  async parent(options?: CallOptions): Promise<Snapshot> {
    const args = this.#flagged({});
    const { snap } = await this.#calls.connection.call('domainSnapshotGetParent', args, options);
    return new Snapshot(this.#calls, snap.name);
  }

  /** Those taken after it; flags: SnapshotListFlag (libvirt: virDomainSnapshotListAllChildren). */
  async children(options: FlaggedOptions = {}): Promise<Snapshot[]> {
    const { snap: snapshot, flags } = this.#flagged(options);
    const args = { snapshot, needResults: 1, flags };
    const { snapshots } = await this.#calls.connection.call('domainSnapshotListAllChildren', args, options);
    return snapshots.map(({ name }) => new Snapshot(this.#calls, name));
  }

  /** Sets the domain back to it, and starts or stops it accordingly; flags: SnapshotRevertFlag (libvirt: virDomainRevertToSnapshot). */
  async revert(options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.connection.call('domainRevertToSnapshot', this.#flagged(options), this.#lane(options));
  }

  /** Deletes it; what the domain is now stays; flags: SnapshotDeleteFlag (libvirt: virDomainSnapshotDelete). */
  async delete(options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.connection.call('domainSnapshotDelete', this.#flagged(options), this.#lane(options));
  }

  #flagged(options: FlaggedOptions) {
    return { snap: { name: this.name, dom: this.#calls.reference }, flags: options.flags ?? 0 };
  }

  #lane(options: CallOptions): CallOptions {
    return { ...options, lane: options.lane ?? this.#calls.uuid };
  }
}

/** The snapshots of one domain. */
export class Snapshots {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** Takes one; flags: SnapshotCreateFlag (libvirt: virDomainSnapshotCreateXML). */
  async create(xml: string, options: FlaggedOptions = {}): Promise<Snapshot> {
    const { snap } = await this.#calls.inLane('domainSnapshotCreateXml', { xmlDesc: xml }, options);
    return new Snapshot(this.#calls, snap.name);
  }

  /** flags: SnapshotListFlag (libvirt: virDomainListAllSnapshots). */
  async list(options: FlaggedOptions = {}): Promise<Snapshot[]> {
    const { snapshots } = await this.#calls.ask('domainListAllSnapshots', { needResults: 1 }, options);
    return snapshots.map(({ name }) => new Snapshot(this.#calls, name));
  }

  /** The one of this name; NO_DOMAIN_SNAPSHOT if there is none (libvirt: virDomainSnapshotLookupByName). */
  async get(name: string, options?: CallOptions): Promise<Snapshot> {
    const { snap } = await this.#calls.ask('domainSnapshotLookupByName', { name, flags: 0 }, options);
    return new Snapshot(this.#calls, snap.name);
  }

  /** Whether `current` has an answer (libvirt: virDomainHasCurrentSnapshot). */
  async hasCurrent(options?: CallOptions): Promise<boolean> {
    return (await this.#calls.ask('domainHasCurrentSnapshot', { flags: 0 }, options)).result !== 0;
  }

  /** The one that what runs now came from; NO_DOMAIN_SNAPSHOT if there is none (libvirt: virDomainSnapshotCurrent). */
  async current(options?: CallOptions): Promise<Snapshot> {
    const { snap } = await this.#calls.ask('domainSnapshotCurrent', { flags: 0 }, options);
    return new Snapshot(this.#calls, snap.name);
  }
}
