import { type Clock, sleep } from '../../kube/clock.ts';
import {
  type CallOptions,
  type DomainEvent,
  type DomainSummary,
  type GuestInterface,
  type HostConnection,
  type HostFacts,
  type HostStatistics,
  HypervisorError,
  type ObservedDomain,
  type ShutdownOptions,
  type UndefineOptions,
} from '../hypervisor.ts';
import type { FakeDomain } from './domain.ts';
import { type CallFault, hang } from './faults.ts';
import type { AttachedConnection, CallName, FakeHost } from './host.ts';

export interface ConnectionSettings {
  clock: Clock;
  callTimeoutMs: number;
  record(call: CallName, argument: string | undefined): (outcome: 'ok' | Error) => void;
}

/** A connection to a `FakeHost`: every call runs through the host's faults, and is recorded. */
export class FakeConnection implements HostConnection, AttachedConnection {
  readonly closed: Promise<HypervisorError | undefined>;
  readonly #host: FakeHost;
  readonly #settings: ConnectionSettings;
  readonly #listeners: ((event: DomainEvent) => void)[] = [];
  readonly #end = Promise.withResolvers<HypervisorError | undefined>();
  #ended: HypervisorError | undefined;
  /** Aborts with the connection what hangs or is slow. */
  readonly #over = new AbortController();

  constructor(host: FakeHost, settings: ConnectionSettings) {
    this.#host = host;
    this.#settings = settings;
    this.closed = this.#end.promise;
    host.attach(this);
  }

  async close(): Promise<void> {
    this.#host.detach(this);
    this.end(undefined);
  }

  end(reason: HypervisorError | undefined): void {
    if (this.#ended) return;
    this.#ended = reason ?? new HypervisorError('Unreachable', 'the connection was closed');
    this.#end.resolve(reason);
    this.#over.abort(this.#ended);
  }

  /** As over a network: after what caused it has returned. */
  notify(event: DomainEvent): void {
    queueMicrotask(() => {
      if (!this.#ended) for (const listener of this.#listeners) listener(event);
    });
  }

  facts(options?: CallOptions): Promise<HostFacts> {
    return this.#call('facts', undefined, options, () => structuredClone(this.#host.facts));
  }

  domains(options?: CallOptions): Promise<DomainSummary[]> {
    return this.#call('domains', undefined, options, () =>
      [...this.#host.domains.values()].map(({ uuid, name, power, definitionXml }) => ({
        ...{ uuid, name, power },
        persistent: definitionXml !== undefined,
      })),
    );
  }

  domain(uuid: string, options?: CallOptions): Promise<ObservedDomain | undefined> {
    return this.#call('domain', uuid, options, () => this.#host.domains.get(uuid)?.observed());
  }

  guestInterfaces(uuid: string, options?: CallOptions): Promise<GuestInterface[]> {
    return this.#call('guestInterfaces', uuid, options, () => this.#existing(uuid).reportedInterfaces());
  }

  statistics(options?: CallOptions): Promise<HostStatistics> {
    return this.#call('statistics', undefined, options, () => this.#host.statistics());
  }

  define(xml: string, options?: CallOptions): Promise<void> {
    return this.#call('define', xml, options, () => this.#host.define(xml));
  }

  start(uuid: string, options?: CallOptions): Promise<void> {
    return this.#call('start', uuid, options, () => {
      const domain = this.#existing(uuid);
      if (domain.power === 'Stopped') domain.start();
    });
  }

  resume(uuid: string, options?: CallOptions): Promise<void> {
    return this.#call('resume', uuid, options, () => {
      const domain = this.#existing(uuid);
      if (domain.power === 'Stopped')
        throw new HypervisorError('Failed', `domain ${domain.name} does not run`);
      if (domain.power === 'Paused') domain.resume();
    });
  }

  requestShutdown(uuid: string, options?: ShutdownOptions): Promise<void> {
    return this.#call('requestShutdown', uuid, options, () =>
      this.#host.domains.get(uuid)?.requestShutdown(options?.insist ?? false),
    );
  }

  powerOff(uuid: string, options?: CallOptions): Promise<void> {
    return this.#call('powerOff', uuid, options, () => {
      const domain = this.#host.domains.get(uuid);
      if (domain && domain.power !== 'Stopped') domain.stop('User');
    });
  }

  setCpuWeight(uuid: string, weight: number, options?: CallOptions): Promise<void> {
    return this.#call('setCpuWeight', uuid, options, () => {
      const domain = this.#host.domains.get(uuid);
      if (!domain || domain.power === 'Stopped') return;
      if (!this.#host.dividesCpus)
        throw new HypervisorError('Unsupported', 'cgroup CPU controller is not mounted');
      domain.weigh(weight);
    });
  }

  undefine(uuid: string, options?: UndefineOptions): Promise<void> {
    return this.#call('undefine', uuid, options, () => {
      const domain = this.#host.domains.get(uuid);
      if (domain && domain.power !== 'Stopped')
        throw new HypervisorError('Busy', `domain ${domain.name} runs: power it off before undefining it`);
      if (domain && domain.kept.size > 0 && options?.unlessMore)
        throw new HypervisorError('Failed', `cannot undefine ${domain.name} with ${[...domain.kept].join()}`);
      domain?.undefine();
    });
  }

  subscribe(listener: (event: DomainEvent) => void, options?: CallOptions): Promise<void> {
    return this.#call('subscribe', undefined, options, () => void this.#listeners.push(listener));
  }

  #existing(uuid: string): FakeDomain {
    const domain = this.#host.domains.get(uuid);
    if (!domain) throw new HypervisorError('NotFound', `${this.#host.name} has no domain with uuid ${uuid}`);
    return domain;
  }

  async #call<T>(
    name: CallName,
    argument: string | undefined,
    options: CallOptions | undefined,
    action: () => T,
  ): Promise<T> {
    options?.permit?.();
    const finish = this.#settings.record(name, argument);
    try {
      const result = await this.#perform(name, options?.signal, action);
      finish('ok');
      return result;
    } catch (error) {
      finish(error as Error);
      throw error;
    }
  }

  /** A request that is on its way when its caller gives up arrives all the same, as in a real network. */
  async #perform<T>(name: CallName, signal: AbortSignal | undefined, action: () => T): Promise<T> {
    const either = signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal;
    either.throwIfAborted();
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(either.reason);
    either.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([this.#arrive(name, either, action), givenUp]);
    } finally {
      either.removeEventListener('abort', giveUp);
    }
  }

  async #arrive<T>(name: CallName, signal: AbortSignal, action: () => T): Promise<T> {
    if (this.#host.slowByMs > 0) await sleep(this.#settings.clock, this.#host.slowByMs);
    else await Promise.resolve();
    // Into a dead network, or to a host without power, nothing arrives.
    if (this.#host.condition !== 'Up' && this.#host.condition !== 'CertificateRejected')
      return this.#hang(signal);
    const fault = this.#host.takeFault(name);
    if (fault?.when === 'before') return this.#fail(fault, signal);
    const result = action();
    return fault ? this.#fail(fault, signal) : result;
  }

  #fail(fault: CallFault, signal: AbortSignal): Promise<never> {
    if (fault.outcome === 'hang') return this.#hang(signal);
    if (fault.outcome) throw fault.outcome;
    this.#host.detach(this);
    this.end(new HypervisorError('Unreachable', `${this.#host.name}: the connection broke`));
    throw this.#ended;
  }

  #hang(signal: AbortSignal): Promise<never> {
    return hang(this.#settings.clock, this.#settings.callTimeoutMs, signal);
  }
}
