import { parseDomain } from '../../domain/read.ts';
import { XmlError } from '../../domain/xml.ts';
import type { Clock, Timer } from '../../kube/clock.ts';
import {
  type DomainPower,
  type DomainStatistics,
  type GuestInterface,
  HypervisorError,
  type ObservedDomain,
  type PowerCause,
} from '../hypervisor.ts';
import type { GuestBehaviour } from './guest.ts';
import { FakeGuestUse } from './use.ts';

export interface DomainHooks {
  clock: Clock;
  behaviour(uuid: string): GuestBehaviour;
  /** Throws for a domain that the host cannot run. */
  admit(xml: string): void;
  onChanged(uuid: string): void;
  onAgent(uuid: string): void;
  /** A domain without definition has stopped. */
  onGone(uuid: string): void;
}

/** What libvirt would not undefine a domain for, unless told to remove that, too. */
export type Kept = 'saved state' | 'snapshot' | 'firmware variables';

/** One domain as libvirt keeps it: a definition, what runs, and the guest inside. */
export class FakeDomain {
  readonly uuid: string;
  readonly name: string;
  power: DomainPower = 'Stopped';
  cause: PowerCause = 'Other';
  definitionXml: string | undefined;
  liveXml: string | undefined;
  /** What the host keeps of it beside its definition, as somebody has made it by hand. */
  readonly kept = new Set<Kept>();
  #agentUp = false;
  /** What the running guest does with its CPUs and memory. */
  readonly use: FakeGuestUse;
  #memoryBytes = 0;
  /** Of the interfaces that the running guest has. */
  #macAddresses: readonly string[] = [];
  readonly #hooks: DomainHooks;
  readonly #timers = new Set<Timer>();
  #shuttingDown = false;

  constructor(identity: { uuid: string; name: string }, hooks: DomainHooks) {
    this.uuid = identity.uuid;
    this.name = identity.name;
    this.#hooks = hooks;
    this.use = new FakeGuestUse(hooks.clock);
  }

  define(xml: string): void {
    this.definitionXml = xml;
    this.#hooks.onChanged(this.uuid);
  }

  undefine(): void {
    this.definitionXml = undefined;
    this.#hooks.onChanged(this.uuid);
    if (this.power === 'Stopped') this.#hooks.onGone(this.uuid);
  }

  start(xml = this.definitionXml): void {
    if (xml === undefined) throw new HypervisorError('Failed', `domain ${this.name} has no definition`);
    this.#hooks.admit(xml);
    this.liveXml = xml;
    this.kept.delete('saved state');
    const { interfaces, memoryBytes } = parseDomain(xml);
    this.#macAddresses = interfaces.map(({ macAddress }) => macAddress);
    this.#memoryBytes = memoryBytes;
    this.use.begin();
    this.power = 'Running';
    this.cause = 'Other';
    this.#hooks.onChanged(this.uuid);
    const { agent } = this.#hooks.behaviour(this.uuid);
    if (agent) this.#after(agent.afterMs, () => this.#agentComes());
  }

  pause(cause: PowerCause): void {
    this.power = 'Paused';
    this.cause = cause;
    this.#hooks.onChanged(this.uuid);
  }

  resume(): void {
    this.power = 'Running';
    this.cause = 'Other';
    this.#hooks.onChanged(this.uuid);
  }

  /** What runs tells of it, what is defined does not. */
  weigh(weight: number): void {
    const before = this.liveXml?.replace(/<cputune>.*?<\/cputune>/s, '');
    this.liveXml = before?.replace('</domain>', `<cputune><shares>${weight}</shares></cputune></domain>`);
  }

  /** Paused guests hear nothing, and the first request counts. */
  requestShutdown(insist: boolean): void {
    const { shutdown } = this.#hooks.behaviour(this.uuid);
    if (this.power !== 'Running' || this.#shuttingDown || shutdown === 'ignores') return;
    if (shutdown.onlyByAgent && !(insist && this.#agentUp)) return;
    this.#shuttingDown = true;
    this.#after(shutdown.afterMs, () => this.stop('Guest'));
  }

  /** Ends what runs, for whatever cause; a domain without definition is gone with it. */
  stop(cause: PowerCause, silently = false): void {
    for (const timer of this.#timers) this.#hooks.clock.clearTimeout(timer);
    this.#timers.clear();
    this.#shuttingDown = false;
    this.#agentUp = false;
    this.liveXml = undefined;
    this.power = 'Stopped';
    this.cause = cause;
    if (!silently) this.#hooks.onChanged(this.uuid);
    if (this.definitionXml === undefined) this.#hooks.onGone(this.uuid);
  }

  observed(): ObservedDomain {
    const { uuid, name, power, cause, liveXml } = this;
    const persistent = this.definitionXml !== undefined;
    const definitionXml = this.definitionXml ?? liveXml ?? '';
    return { uuid, name, power, persistent, cause, definitionXml, ...(liveXml ? { liveXml } : {}) };
  }

  statistics(): DomainStatistics {
    return { uuid: this.uuid, memoryBytes: this.#memoryBytes, ...this.use.counters(this.#memoryBytes) };
  }

  /** What the guest agent tells of the interfaces that the running guest has. */
  reportedInterfaces(): GuestInterface[] {
    if (!this.#agentUp || this.power !== 'Running') return [];
    const { agent } = this.#hooks.behaviour(this.uuid);
    return this.#macAddresses.map((macAddress, index) => ({
      macAddress,
      addresses: [...(agent?.addresses[index] ?? [])],
    }));
  }

  #agentComes(): void {
    this.#agentUp = true;
    this.#hooks.onAgent(this.uuid);
  }

  #after(delayMs: number, callback: () => void): void {
    const timer = this.#hooks.clock.setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** @throws HypervisorError `Invalid` for what libvirt would not define */
export function identityIn(xml: string): { uuid: string; name: string } {
  try {
    const { uuid, name } = parseDomain(xml);
    if (uuid && name) return { uuid, name };
  } catch (error) {
    if (error instanceof XmlError) throw new HypervisorError('Invalid', error.message, { cause: error });
    throw error;
  }
  throw new HypervisorError('Invalid', 'the domain has no uuid or no name');
}
