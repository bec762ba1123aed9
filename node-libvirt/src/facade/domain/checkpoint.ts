import type { CallOptions } from '../../connection/pending-call.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
import type { DomainCalls } from './domain-calls.ts';

/** One checkpoint of a domain, by name. Calls fail with NO_DOMAIN_CHECKPOINT when the domain has none of it. */
export class Checkpoint {
  readonly name: string;
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls, name: string) {
    this.#calls = calls;
    this.name = name;
  }

  /** flags: CheckpointXmlFlag (libvirt: virDomainCheckpointGetXMLDesc). */
  async xml(options: FlaggedOptions = {}): Promise<string> {
    const args = this.#flagged(options);
    const lane = { ...options, lane: options.lane ?? this.#calls.uuid }; // with Size it asks the guest's QEMU
    return (await this.#calls.connection.call('domainCheckpointGetXmlDesc', args, lane)).xml;
  }

  /** The one made before it; NO_DOMAIN_CHECKPOINT if it is the first (libvirt: virDomainCheckpointGetParent). */
  async parent(options?: CallOptions): Promise<Checkpoint> {
    const args = this.#flagged({});
    const { parent } = await this.#calls.connection.call('domainCheckpointGetParent', args, options);
    return new Checkpoint(this.#calls, parent.name);
  }

  /** Those made after it; flags: CheckpointListFlag (libvirt: virDomainCheckpointListAllChildren). */
  async children(options: FlaggedOptions = {}): Promise<Checkpoint[]> {
    const args = { ...this.#flagged(options), needResults: 1 };
    const { checkpoints } = await this.#calls.connection.call(
      'domainCheckpointListAllChildren',
      args,
      options,
    );
    return checkpoints.map(({ name }) => new Checkpoint(this.#calls, name));
  }

  /** Forgets it: what changed since is then told from its parent; flags: CheckpointDeleteFlag (libvirt: virDomainCheckpointDelete). */
  async delete(options: FlaggedOptions = {}): Promise<void> {
    const lane = { ...options, lane: options.lane ?? this.#calls.uuid };
    await this.#calls.connection.call('domainCheckpointDelete', this.#flagged(options), lane);
  }

  #flagged(options: FlaggedOptions) {
    return { checkpoint: { name: this.name, dom: this.#calls.reference }, flags: options.flags ?? 0 };
  }
}

/** The checkpoints of one domain: points in time from which its disks' changes are known. */
export class Checkpoints {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** Makes one; flags: CheckpointCreateFlag (libvirt: virDomainCheckpointCreateXML). */
  async create(xml: string, options: FlaggedOptions = {}): Promise<Checkpoint> {
    const { checkpoint } = await this.#calls.inLane('domainCheckpointCreateXml', { xmlDesc: xml }, options);
    return new Checkpoint(this.#calls, checkpoint.name);
  }

  /** flags: CheckpointListFlag (libvirt: virDomainListAllCheckpoints). */
  async list(options: FlaggedOptions = {}): Promise<Checkpoint[]> {
    const { checkpoints } = await this.#calls.ask('domainListAllCheckpoints', { needResults: 1 }, options);
    return checkpoints.map(({ name }) => new Checkpoint(this.#calls, name));
  }

  /** The one of this name; NO_DOMAIN_CHECKPOINT if there is none (libvirt: virDomainCheckpointLookupByName). */
  async get(name: string, options?: CallOptions): Promise<Checkpoint> {
    const { checkpoint } = await this.#calls.ask('domainCheckpointLookupByName', { name, flags: 0 }, options);
    return new Checkpoint(this.#calls, checkpoint.name);
  }
}
