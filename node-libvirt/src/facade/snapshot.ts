import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { domainReference } from '../protocol/structs.ts';
import type { FlaggedOptions } from './domain.ts';

/** One snapshot of a domain, by name. Calls fail with NO_DOMAIN_SNAPSHOT when the domain has none of it. */
export class Snapshot {
  readonly name: string;
  readonly #connection: Connection;
  readonly #uuid: string;

  constructor(connection: Connection, uuid: string, name: string) {
    this.#connection = connection;
    this.#uuid = uuid;
    this.name = name;
  }

  /** libvirt: virDomainSnapshotGetXMLDesc. */
  async xml(options: FlaggedOptions = {}): Promise<string> {
    return (await this.#connection.call('domainSnapshotGetXmlDesc', this.#flagged(options), options)).xml;
  }

  /** The one that it was taken after; NO_DOMAIN_SNAPSHOT if it is a first one (libvirt: virDomainSnapshotGetParent). */
  async parent(options?: CallOptions): Promise<Snapshot> {
    const { snap } = await this.#connection.call('domainSnapshotGetParent', this.#flagged({}), options);
    return new Snapshot(this.#connection, this.#uuid, snap.name);
  }

  /**
   * Sets the domain back to it, and starts or stops it accordingly; flags: virDomainSnapshotRevertFlags
   * (libvirt: virDomainRevertToSnapshot).
   */
  async revert(options: FlaggedOptions = {}): Promise<void> {
    await this.#connection.call('domainRevertToSnapshot', this.#flagged(options), options);
  }

  /** Deletes it; what the domain is now stays (libvirt: virDomainSnapshotDelete, virDomainSnapshotDeleteFlags). */
  async delete(options: FlaggedOptions = {}): Promise<void> {
    await this.#connection.call('domainSnapshotDelete', this.#flagged(options), options);
  }

  #flagged(options: FlaggedOptions) {
    return { snap: { name: this.name, dom: domainReference(this.#uuid) }, flags: options.flags ?? 0 };
  }
}

/** The snapshots of one domain. */
export class Snapshots {
  readonly #connection: Connection;
  readonly #uuid: string;

  constructor(connection: Connection, uuid: string) {
    this.#connection = connection;
    this.#uuid = uuid;
  }

  /** Takes one; flags: virDomainSnapshotCreateFlags (libvirt: virDomainSnapshotCreateXML). */
  async create(xml: string, options: FlaggedOptions = {}): Promise<Snapshot> {
    const args = { ...this.#flagged(options), xmlDesc: xml };
    const { snap } = await this.#connection.call('domainSnapshotCreateXml', args, options);
    return this.#snapshot(snap.name);
  }

  /** libvirt: virDomainListAllSnapshots. */
  async list(options: FlaggedOptions = {}): Promise<Snapshot[]> {
    const args = { ...this.#flagged(options), needResults: 1 };
    const { snapshots } = await this.#connection.call('domainListAllSnapshots', args, options);
    return snapshots.map(({ name }) => this.#snapshot(name));
  }

  /** The one of this name; NO_DOMAIN_SNAPSHOT if there is none (libvirt: virDomainSnapshotLookupByName). */
  async get(name: string, options?: CallOptions): Promise<Snapshot> {
    const args = { ...this.#flagged({}), name };
    const { snap } = await this.#connection.call('domainSnapshotLookupByName', args, options);
    return this.#snapshot(snap.name);
  }

  /** The one that what runs now came from; NO_DOMAIN_SNAPSHOT if there is none (libvirt: virDomainSnapshotCurrent). */
  async current(options?: CallOptions): Promise<Snapshot> {
    const { snap } = await this.#connection.call('domainSnapshotCurrent', this.#flagged({}), options);
    return this.#snapshot(snap.name);
  }

  #snapshot(name: string): Snapshot {
    return new Snapshot(this.#connection, this.#uuid, name);
  }

  #flagged(options: FlaggedOptions) {
    return { dom: domainReference(this.#uuid), flags: options.flags ?? 0 };
  }
}
