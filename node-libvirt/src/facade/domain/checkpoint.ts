import type { CallOptions } from '../../connection/pending-call.ts';
import {
  CheckpointCreateFlag,
  CheckpointDeleteFlag,
  CheckpointListFlag,
  CheckpointXmlFlag,
} from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import type { DomainCalls } from './domain-calls.ts';

/** One checkpoint of a domain, by name. Calls fail with NO_DOMAIN_CHECKPOINT when the domain has none of it. */
export class Checkpoint {
  readonly name: string;
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls, name: string) {
    this.#calls = calls;
    this.name = name;
  }

  /** libvirt: virDomainCheckpointGetXMLDesc. */
  async xml(options: FlaggedOptions<typeof CheckpointXmlFlag> = {}): Promise<string> {
    const args = this.#flagged(flagBits(CheckpointXmlFlag, options.flags));
    const lane = { ...options, lane: options.lane ?? this.#calls.uuid }; // with Size it asks the guest's QEMU
    return (await this.#calls.connection.call('domainCheckpointGetXmlDesc', args, lane)).xml;
  }

  /** The one made before it; NO_DOMAIN_CHECKPOINT if it is the first (libvirt: virDomainCheckpointGetParent). */
  async parent(options?: CallOptions): Promise<Checkpoint> {
    const args = this.#flagged(0);
    const { parent } = await this.#calls.connection.call('domainCheckpointGetParent', args, options);
    return new Checkpoint(this.#calls, parent.name);
  }

  /** Those made after it (libvirt: virDomainCheckpointListAllChildren). */
  async children(options: FlaggedOptions<typeof CheckpointListFlag> = {}): Promise<Checkpoint[]> {
    const args = { ...this.#flagged(flagBits(CheckpointListFlag, options.flags)), needResults: 1 };
    const { checkpoints } = await this.#calls.connection.call(
      'domainCheckpointListAllChildren',
      args,
      options,
    );
    return checkpoints.map(({ name }) => new Checkpoint(this.#calls, name));
  }

  /** Forgets it: what changed since is then told from its parent (libvirt: virDomainCheckpointDelete). */
  async delete(options: FlaggedOptions<typeof CheckpointDeleteFlag> = {}): Promise<void> {
    const args = this.#flagged(flagBits(CheckpointDeleteFlag, options.flags));
    const lane = { ...options, lane: options.lane ?? this.#calls.uuid };
    await this.#calls.connection.call('domainCheckpointDelete', args, lane);
  }

  #flagged(flags: number) {
    return { checkpoint: { name: this.name, dom: this.#calls.reference }, flags };
  }
}

/** The checkpoints of one domain: points in time from which its disks' changes are known. */
export class Checkpoints {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** Makes one (libvirt: virDomainCheckpointCreateXML). */
  async create(xml: string, options: FlaggedOptions<typeof CheckpointCreateFlag> = {}): Promise<Checkpoint> {
    const args = { xmlDesc: xml, flags: flagBits(CheckpointCreateFlag, options.flags) };
    const { checkpoint } = await this.#calls.inLane('domainCheckpointCreateXml', args, options);
    return new Checkpoint(this.#calls, checkpoint.name);
  }

  /** libvirt: virDomainListAllCheckpoints. */
  async list(options: FlaggedOptions<typeof CheckpointListFlag> = {}): Promise<Checkpoint[]> {
    const args = { needResults: 1, flags: flagBits(CheckpointListFlag, options.flags) };
    const { checkpoints } = await this.#calls.ask('domainListAllCheckpoints', args, options);
    return checkpoints.map(({ name }) => new Checkpoint(this.#calls, name));
  }

  /** The one of this name; NO_DOMAIN_CHECKPOINT if there is none (libvirt: virDomainCheckpointLookupByName). */
  async get(name: string, options?: CallOptions): Promise<Checkpoint> {
    const { checkpoint } = await this.#calls.ask('domainCheckpointLookupByName', { name, flags: 0 }, options);
    return new Checkpoint(this.#calls, checkpoint.name);
  }
}
