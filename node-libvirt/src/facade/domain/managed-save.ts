import type { CallOptions } from '../../connection/pending-call.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
import type { DomainCalls } from './domain-calls.ts';

/** The saved memory of a domain that libvirt keeps itself, and that the domain's next start goes on from. */
export class ManagedSave {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** Saves the memory and stops the domain, which takes long; flags: SaveFlag (libvirt: virDomainManagedSave). */
  async save(options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.inLane('domainManagedSave', {}, options);
  }

  /** libvirt: virDomainHasManagedSaveImage. */
  async exists(options?: CallOptions): Promise<boolean> {
    return (await this.#calls.inLane('domainHasManagedSaveImage', { flags: 0 }, options)).result !== 0;
  }

  /** The next start is then a fresh one (libvirt: virDomainManagedSaveRemove). */
  async remove(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainManagedSaveRemove', { flags: 0 }, options);
  }
}
