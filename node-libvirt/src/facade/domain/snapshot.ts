import type { CallOptions } from '../../connection/pending-call.ts';
import {
  SnapshotCreateFlag,
  SnapshotDeleteFlag,
  SnapshotListFlag,
  SnapshotRevertFlag,
  SnapshotXmlFlag,
} from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import type { DomainCalls } from './domain-calls.ts';

/** One snapshot of a domain, by name. Calls fail with NO_DOMAIN_SNAPSHOT when the domain has none of it. */
export class Snapshot {
  readonly name: string;
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls, name: string) {
    this.#calls = calls;
    this.name = name;
  }

  /** libvirt: virDomainSnapshotGetXMLDesc. */
  async xml(options: FlaggedOptions<typeof SnapshotXmlFlag> = {}): Promise<string> {
    const args = this.#flagged(flagBits(SnapshotXmlFlag, options.flags));
    return (await this.#calls.connection.call('domainSnapshotGetXmlDesc', args, options)).xml;
  }

  /** The one that it was taken after; NO_DOMAIN_SNAPSHOT if it is a first one (libvirt: virDomainSnapshotGetParent). */
  async parent(options?: CallOptions): Promise<Snapshot> {
    const args = this.#flagged(0);
    const { snap } = await this.#calls.connection.call('domainSnapshotGetParent', args, options);
    return new Snapshot(this.#calls, snap.name);
  }

  /** Those taken after it (libvirt: virDomainSnapshotListAllChildren). */
  async children(options: FlaggedOptions<typeof SnapshotListFlag> = {}): Promise<Snapshot[]> {
    const { snap: snapshot, flags } = this.#flagged(flagBits(SnapshotListFlag, options.flags));
    const args = { snapshot, needResults: 1, flags };
    const { snapshots } = await this.#calls.connection.call('domainSnapshotListAllChildren', args, options);
    return snapshots.map(({ name }) => new Snapshot(this.#calls, name));
  }

  /** Sets the domain back to it, and starts or stops it accordingly (libvirt: virDomainRevertToSnapshot). */
  async revert(options: FlaggedOptions<typeof SnapshotRevertFlag> = {}): Promise<void> {
    const args = this.#flagged(flagBits(SnapshotRevertFlag, options.flags));
    await this.#calls.connection.call('domainRevertToSnapshot', args, this.#lane(options));
  }

  /** Deletes it; what the domain is now stays (libvirt: virDomainSnapshotDelete). */
  async delete(options: FlaggedOptions<typeof SnapshotDeleteFlag> = {}): Promise<void> {
    const args = this.#flagged(flagBits(SnapshotDeleteFlag, options.flags));
    await this.#calls.connection.call('domainSnapshotDelete', args, this.#lane(options));
  }

  #flagged(flags: number) {
    return { snap: { name: this.name, dom: this.#calls.reference }, flags };
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

  /** Takes one (libvirt: virDomainSnapshotCreateXML). */
  async create(xml: string, options: FlaggedOptions<typeof SnapshotCreateFlag> = {}): Promise<Snapshot> {
    const args = { xmlDesc: xml, flags: flagBits(SnapshotCreateFlag, options.flags) };
    const { snap } = await this.#calls.inLane('domainSnapshotCreateXml', args, options);
    return new Snapshot(this.#calls, snap.name);
  }

  /** libvirt: virDomainListAllSnapshots. */
  async list(options: FlaggedOptions<typeof SnapshotListFlag> = {}): Promise<Snapshot[]> {
    const args = { needResults: 1, flags: flagBits(SnapshotListFlag, options.flags) };
    const { snapshots } = await this.#calls.ask('domainListAllSnapshots', args, options);
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
