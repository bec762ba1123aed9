import { Affect, type Domain, ErrorCode, type HypervisorConnection, UndefineFlag } from 'node-libvirt';
import { readDomain } from '../../domain/read.ts';
import {
  type CallOptions,
  type DomainEvent,
  type DomainPower,
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
import { asPortError, hasCode } from './errors.ts';
import { FactsReader } from './facts.ts';
import { GuestAgents } from './guest-agents.ts';
import { listDomains, observeDomain } from './observe.ts';
import { powerOf } from './state.ts';
import { readStatistics } from './statistics.ts';

type Presence = DomainPower | 'Absent';

/** What libvirt keeps of a domain beside its definition, and would refuse to undefine it for. */
const withAllThatBelongsToIt =
  UndefineFlag.ManagedSave |
  UndefineFlag.SnapshotsMetadata |
  UndefineFlag.CheckpointsMetadata |
  UndefineFlag.Nvram;

/** One connection to one libvirt daemon, as the port has it. */
export class LibvirtConnection implements HostConnection {
  readonly closed: Promise<HypervisorError | undefined>;
  readonly #libvirt: HypervisorConnection;
  readonly #agents = new GuestAgents();
  readonly #facts = new FactsReader();

  constructor(libvirt: HypervisorConnection) {
    this.#libvirt = libvirt;
    this.closed = libvirt.closed.then((error) => (error ? lost(error) : undefined));
  }

  close(): Promise<void> {
    return this.#libvirt.close();
  }

  facts(options: CallOptions = {}): Promise<HostFacts> {
    return this.#translate(() => this.#facts.read(this.#libvirt.host, options));
  }

  domains(options: CallOptions = {}): Promise<DomainSummary[]> {
    return this.#translate(() => listDomains(this.#libvirt, options));
  }

  domain(uuid: string, options: CallOptions = {}): Promise<ObservedDomain | undefined> {
    return this.#translate(() => observeDomain(this.#libvirt, uuid, options));
  }

  guestInterfaces(uuid: string, options: CallOptions = {}): Promise<GuestInterface[]> {
    return this.#translate(() => this.#agents.interfaces(this.#libvirt.domain(uuid), options));
  }

  statistics(options: CallOptions = {}): Promise<HostStatistics> {
    return this.#translate(() => readStatistics(this.#libvirt, options));
  }

  define(xml: string, options: CallOptions = {}): Promise<void> {
    return this.#translate(async () => {
      try {
        await this.#libvirt.defineXml(xml, options);
      } catch (error) {
        if (hasCode(error, ErrorCode.OPERATION_FAILED, ErrorCode.DOM_EXIST))
          await this.#explainRefusal(xml, options);
        throw error;
      }
    });
  }

  start(uuid: string, options: CallOptions = {}): Promise<void> {
    return this.#step(uuid, options, (domain) => domain.create(options), ['Running', 'Paused']);
  }

  resume(uuid: string, options: CallOptions = {}): Promise<void> {
    return this.#step(uuid, options, (domain) => domain.resume(options), ['Running']);
  }

  /** By the power button: asked by the agent, libvirt would wait for up to a minute until the guest is down. */
  requestShutdown(uuid: string, { insist = false, ...options }: ShutdownOptions = {}): Promise<void> {
    const ask = async (domain: Domain) => {
      await domain.shutdown({ ...options, mode: 'acpi' });
      if (insist) await this.#agents.shutdown(domain, options);
    };
    return this.#step(uuid, options, ask, ['Stopped', 'Absent']);
  }

  powerOff(uuid: string, options: CallOptions = {}): Promise<void> {
    return this.#step(uuid, options, (domain) => domain.destroy(options), ['Stopped', 'Absent']);
  }

  /** The units are those of cgroup v2; of v1, where 1024 is usual, guests are divided by them just as well. */
  setCpuWeight(uuid: string, weight: number, options: CallOptions = {}): Promise<void> {
    return this.#translate(async () => {
      const domain = this.#libvirt.domain(uuid);
      try {
        await domain.tuning.setScheduler({ cpu_shares: BigInt(weight) }, { ...options, flags: Affect.Live });
      } catch (error) {
        if (hasCode(error, ErrorCode.NO_DOMAIN)) return;
        if (!hasCode(error, ErrorCode.OPERATION_INVALID, ErrorCode.OPERATION_UNSUPPORTED)) throw error;
        const presence = await this.#presence(domain, options);
        if (presence === 'Absent' || presence === 'Stopped') return;
        // For what runs it has this code where control groups are not there or not for libvirt.
        throw new HypervisorError('Unsupported', (error as Error).message, { cause: error });
      }
    });
  }

  undefine(uuid: string, { unlessMore, ...options }: UndefineOptions = {}): Promise<void> {
    const flags = unlessMore ? 0 : withAllThatBelongsToIt;
    const undefine = async (domain: Domain) => {
      // To libvirt it would be no error: what runs would go on without a definition.
      await this.#mustNotRun(domain, options);
      await domain.undefine({ ...options, flags });
      await this.#mustNotRun(domain, options); // somebody may have started it in between
      this.#agents.forget(uuid);
    };
    return this.#step(uuid, options, undefine, ['Absent']);
  }

  subscribe(listener: (event: DomainEvent) => void, options: CallOptions = {}): Promise<void> {
    return this.#translate(async () => {
      await this.#libvirt.events.subscribe(
        ({ uuid, kind }) => listener({ uuid, kind: kind === 'agent' ? 'Agent' : 'Changed' }),
        options,
      );
    });
  }

  /** Does it; if libvirt says that it cannot be done in this state, looks whether that is because it is done already. */
  #step(
    uuid: string,
    options: CallOptions,
    action: (domain: Domain) => Promise<void>,
    done: readonly Presence[],
  ): Promise<void> {
    return this.#translate(async () => {
      const domain = this.#libvirt.domain(uuid);
      try {
        await action(domain);
      } catch (error) {
        if (!hasCode(error, ErrorCode.OPERATION_INVALID, ErrorCode.NO_DOMAIN)) throw error;
        if (!done.includes(await this.#presence(domain, options))) throw error;
      }
    });
  }

  async #presence(domain: Domain, options: CallOptions): Promise<Presence> {
    try {
      return powerOf(await domain.state(options)).power;
    } catch (error) {
      if (hasCode(error, ErrorCode.NO_DOMAIN)) return 'Absent';
      throw error;
    }
  }

  async #mustNotRun(domain: Domain, options: CallOptions): Promise<void> {
    const presence = await this.#presence(domain, options);
    if (presence === 'Absent' || presence === 'Stopped') return;
    throw new HypervisorError('Busy', `domain ${domain.uuid} runs: power it off before undefining it`);
  }

  /** libvirt has one code for all that keeps a domain from being defined; names and uuids in use are told by looking. */
  async #explainRefusal(xml: string, options: CallOptions): Promise<void> {
    const wanted = readDomain(xml);
    const there = await this.#libvirt.listDomains(options);
    const namesake = there.find(({ name, uuid }) => name === wanted.name && uuid !== wanted.uuid);
    if (namesake) {
      throw new HypervisorError('NameTaken', `domain ${wanted.name} exists with uuid ${namesake.uuid}`);
    }
    const renamed = there.find(({ name, uuid }) => uuid === wanted.uuid && name !== wanted.name);
    if (renamed) {
      const wayOut = `rename it back (virsh domrename ${renamed.name} ${wanted.name})`;
      const message = `the domain with uuid ${wanted.uuid} is named ${renamed.name}: ${wayOut}`;
      throw new HypervisorError('Invalid', message);
    }
  }

  async #translate<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw asPortError(error);
    }
  }
}

function lost(error: Error): HypervisorError {
  const translated = asPortError(error);
  return translated instanceof HypervisorError
    ? translated
    : new HypervisorError('Unreachable', error.message, { cause: error });
}
