import type { CallOptions } from '../../connection/pending-call.ts';
import { SaveFlag } from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import { asLongAsItTakes } from '../long-call.ts';
import type { DomainCalls } from './domain-calls.ts';

/** The saved memory of a domain that libvirt keeps itself, and that the domain's next start goes on from. */
export class ManagedSave {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** Saves the memory and stops the domain; no deadline unless one is given (libvirt: virDomainManagedSave). */
  async save(options: FlaggedOptions<typeof SaveFlag> = {}): Promise<void> {
    const flags = flagBits(SaveFlag, options.flags);
    await this.#calls.inLane('domainManagedSave', { flags }, asLongAsItTakes(options));
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
