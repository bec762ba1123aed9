import type { Clock } from '../../clock.ts';
import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { CreateFlag, ListDomainsFlag } from '../../facade/constants/index.ts';
import { FakeDomain } from './domain.ts';
import { type DomainDefinition, readDomain } from './domain-definition.ts';
import type { EventOutlet } from './events.ts';
import type { RandomBytes } from './identity.ts';
import { operationInvalid } from './refusal.ts';
import { passes, Registry } from './registry.ts';

/** What domains take from their host. */
export interface DomainsContext {
  events: EventOutlet;
  random: RandomBytes;
  clock: Clock;
}

/** The domains of one host, and their life by the rules of libvirt's QEMU driver. */
export class Domains extends Registry<DomainDefinition, FakeDomain> {
  readonly #context: DomainsContext;
  #lastId = 0;

  constructor(context: DomainsContext) {
    super('domain', ErrorCode.NO_DOMAIN, { missing: ErrorDomain.QEMU, identity: ErrorDomain.DOMAIN });
    this.#context = context;
  }

  define(xml: string): FakeDomain {
    const definition = readDomain(xml, this.#context.random);
    const domain = this.identified(definition) ?? this.add(new FakeDomain(definition.uuid));
    domain.definition = definition;
    this.#context.events.lifecycle(domain, 'Defined', domain.wasDefined ? 'Updated' : 'Added');
    domain.wasDefined = true;
    return domain;
  }

  /** What was defined stays, and is what the domain is again once it stops. */
  createTransient(xml: string, flags: number): FakeDomain {
    const description = readDomain(xml, this.#context.random);
    const known = this.identified(description);
    if (known?.isActive) throw operationInvalid(`${known.name} is active already`, ErrorDomain.DOMAIN);
    const domain = known ?? this.add(new FakeDomain(description.uuid));
    this.#run(domain, description, flags);
    return domain;
  }

  start(domain: FakeDomain, flags = 0): void {
    if (domain.isActive) throw operationInvalid(`${domain.name} is running already`);
    domain.requirePersistent();
    this.#run(domain, domain.definition as DomainDefinition, flags);
  }

  /** The events are QEMU's: its processors begin to run before the domain counts as started. */
  #run(domain: FakeDomain, description: DomainDefinition, flags: number): void {
    const { events, clock } = this.#context;
    const paused = (flags & CreateFlag.Paused) !== 0;
    domain.live = description;
    domain.id = ++this.#lastId;
    domain.startedAtMs = clock.now();
    if (!paused) events.lifecycle(domain, 'Resumed', 'Unpaused');
    events.lifecycle(domain, 'Started', 'Booted');
    if (paused) events.lifecycle(domain, 'Suspended', 'Paused');
    if (paused) domain.enter('Paused', 'User');
    else domain.enter('Running', 'Booted');
  }

  suspend(domain: FakeDomain): void {
    domain.requireActive();
    if (domain.state === 'Paused') return;
    domain.enter('Paused', 'User');
    this.#context.events.lifecycle(domain, 'Suspended', 'Paused');
  }

  resume(domain: FakeDomain): void {
    domain.requireActive();
    if (domain.state === 'Running') throw operationInvalid(`${domain.name} is running already`);
    domain.enter('Running', 'Unpaused');
    this.#context.events.lifecycle(domain, 'Resumed', 'Unpaused');
  }

  /** The guest does as it is asked, at once. */
  shutDown(domain: FakeDomain): void {
    if (domain.state !== 'Running') throw operationInvalid(`${domain.name} is not running`);
    this.#context.events.lifecycle(domain, 'Shutdown', 'Guest');
    this.#stop(domain, 'Shutdown');
  }

  destroy(domain: FakeDomain): void {
    domain.requireActive();
    this.#stop(domain, 'Destroyed');
  }

  restart(domain: FakeDomain): void {
    domain.requireActive();
    this.#context.events.reboot(domain);
  }

  undefine(domain: FakeDomain): void {
    if (!domain.definition) throw operationInvalid(`${domain.name} is transient and cannot be undefined`);
    this.#context.events.lifecycle(domain, 'Undefined', 'Removed');
    domain.definition = undefined;
    domain.autostart = false;
    this.settle(domain);
  }

  setAutostart(domain: FakeDomain, autostart: boolean): void {
    domain.requirePersistent();
    domain.autostart = autostart;
  }

  listed(flags: number): FakeDomain[] {
    return this.all.filter((domain) => passes(flags, groupsOf(domain)));
  }

  /** Everything that runs is gone, and nobody is told; the next boot starts what is to be started by itself. */
  losePower(): void {
    for (const domain of this.all) {
      this.#turnOff(domain, 'Unknown');
      if (domain.autostart) this.start(domain);
    }
  }

  #stop(domain: FakeDomain, how: 'Shutdown' | 'Destroyed'): void {
    const { events } = this.#context;
    if (how === 'Destroyed') events.lifecycle(domain, 'Shutdown', 'Host');
    this.#turnOff(domain, how, () => events.lifecycle(domain, 'Stopped', how));
  }

  /** `tell` comes before a transient domain is forgotten. */
  #turnOff(domain: FakeDomain, reason: 'Shutdown' | 'Destroyed' | 'Unknown', tell = () => {}): void {
    if (domain.isActive) domain.enter('Shutoff', reason);
    domain.id = -1;
    tell();
    domain.live = undefined;
    this.settle(domain);
  }
}

function groupsOf(domain: FakeDomain): [flag: number, holds: boolean][][] {
  const { isActive, definition, state, autostart } = domain;
  const flag = ListDomainsFlag;
  const none = (holds: number, holdsNot: number): [number, boolean][] => [
    [holds, false],
    [holdsNot, true],
  ];
  return [
    [
      [flag.Active, isActive],
      [flag.Inactive, !isActive],
    ],
    [
      [flag.Persistent, Boolean(definition)],
      [flag.Transient, !definition],
    ],
    [
      [flag.Running, state === 'Running'],
      [flag.Paused, state === 'Paused'],
      [flag.Shutoff, state === 'Shutoff'],
      [flag.Other, false],
    ],
    [
      [flag.Autostart, autostart],
      [flag.NoAutostart, !autostart],
    ],
    none(flag.ManagedSave, flag.NoManagedSave),
    none(flag.HasSnapshot, flag.NoSnapshot),
    none(flag.HasCheckpoint, flag.NoCheckpoint),
  ];
}
