import { type DomainStateReason, domainStates, type KnownDomainState } from '../../facade/domain/state.ts';
import type { DomainReference } from '../../protocol/structs.ts';
import type { DomainDefinition } from './domain-definition.ts';
import { operationInvalid } from './refusal.ts';
import { described, type Resource } from './registry.ts';

/** A domain of a fake host. */
export class FakeDomain implements Resource<DomainDefinition> {
  readonly uuid: string;
  definition: DomainDefinition | undefined;
  live: DomainDefinition | undefined;
  autostart = false;
  /** Whether it has ever been defined, which libvirt remembers of what runs. */
  wasDefined = false;
  /** -1 unless it runs. */
  id = -1;
  state: KnownDomainState = 'Shutoff';
  reason: DomainStateReason = 'Unknown';
  /** When it was started, by the host's clock. */
  startedAtMs = 0;

  constructor(uuid: string) {
    this.uuid = uuid;
  }

  get name(): string {
    return described(this).name;
  }

  get isActive(): boolean {
    return this.live !== undefined;
  }

  get reference(): DomainReference {
    return { name: this.name, uuid: this.uuid, id: this.id };
  }

  /** libvirt's two numbers. */
  get stateCodes(): { state: number; reason: number } {
    const reasons: readonly DomainStateReason[] = domainStates[this.state];
    return { state: Object.keys(domainStates).indexOf(this.state), reason: reasons.indexOf(this.reason) };
  }

  enter(state: KnownDomainState, reason: DomainStateReason): void {
    this.state = state;
    this.reason = reason;
  }

  /** @throws Refusal OPERATION_INVALID */
  requireActive(): void {
    if (!this.isActive) throw operationInvalid(`${this.name} is not running`);
  }

  /** @throws Refusal OPERATION_INVALID */
  requirePersistent(): void {
    if (!this.definition) throw operationInvalid(`${this.name} is transient and has no definition`);
  }
}
