import type { Clock } from '../../kube/clock.ts';
import { type DomainEvent, type HostFacts, type HostStatistics, HypervisorError } from '../hypervisor.ts';
import { type DomainHooks, FakeDomain, identityIn } from './domain.ts';
import type { CallFault, HostCondition } from './faults.ts';
import { type GuestBehaviour, obedientGuest } from './guest.ts';
import { checkHardware } from './hardware.ts';
import { OutsideChanges } from './outside.ts';
import { FakeUse } from './use.ts';

/** Calls by the names of the port's methods. */
export type CallName =
  | 'facts'
  | 'domains'
  | 'domain'
  | 'guestInterfaces'
  | 'statistics'
  | 'define'
  | 'start'
  | 'resume'
  | 'requestShutdown'
  | 'powerOff'
  | 'setCpuWeight'
  | 'undefine'
  | 'subscribe';

/** The same with all CPUs and memory in one NUMA cell. */
export function withOneCell(facts: HostFacts): HostFacts {
  const { cpu, memoryBytes } = facts;
  const cell = { id: 0, cpus: cpu.count, cpuSet: `0-${cpu.count - 1}`, memoryBytes, hugePages: [] };
  return { ...facts, numaCells: [cell] };
}

/** What a host wants to know of a connection to it. */
export interface AttachedConnection {
  notify(event: DomainEvent): void;
  end(reason: HypervisorError | undefined): void;
}

/** One host: its domains outlive every connection. Knobs break it; `outside` is what people do to it by virsh. */
export class FakeHost {
  readonly name: string;
  facts: HostFacts;
  /** By uuid. */
  readonly domains = new Map<string, FakeDomain>();
  /** How guests behave that `guest()` was not called for. */
  defaultGuest: GuestBehaviour = obedientGuest;
  /** Every call takes this long. */
  slowByMs = 0;
  /** Whether libvirt has the control groups by which CPUs are divided. */
  dividesCpus = true;
  /** Events are dropped, as libvirt may. */
  loseEvents = false;
  readonly outside: OutsideChanges;
  /** How busy it is; of its guests, each domain knows. */
  readonly use: FakeUse;
  /** What it says of that in place of the truth. */
  lie: (truth: HostStatistics) => HostStatistics = (truth) => truth;
  readonly #clock: Clock;
  readonly #keepaliveMs: number;
  readonly #guests = new Map<string, GuestBehaviour>();
  readonly #connections = new Set<AttachedConnection>();
  readonly #faults: { call: CallName; fault: CallFault; stays: boolean }[] = [];
  #condition: HostCondition = 'Up';

  constructor(name: string, facts: HostFacts, clock: Clock, keepaliveMs: number) {
    this.name = name;
    this.facts = facts;
    this.#clock = clock;
    this.#keepaliveMs = keepaliveMs;
    this.outside = new OutsideChanges(this);
    this.use = new FakeUse(clock);
  }

  /** Memory or CPUs are taken out, or put in. */
  resize({ memoryBytes = this.facts.memoryBytes, cpus = this.facts.cpu.count }): void {
    this.facts = withOneCell({ ...this.facts, memoryBytes, cpu: { ...this.facts.cpu, count: cpus } });
  }

  get condition(): HostCondition {
    return this.#condition;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Programs the guest in a domain, before or after it is defined; takes effect with the next start or request. */
  guest(uuid: string, behaviour: Partial<GuestBehaviour>): void {
    this.#guests.set(uuid, { ...this.behaviourOf(uuid), ...behaviour });
  }

  behaviourOf(uuid: string): GuestBehaviour {
    return this.#guests.get(uuid) ?? this.defaultGuest;
  }

  /** libvirtd is gone: connections break and none comes about. Guests run on. */
  goDown(): void {
    this.#condition = 'Unreachable';
    this.dropConnections();
  }

  /** The network swallows everything: calls hang, and after keepalive's time the connections break. Guests run on. */
  cutOff(): void {
    this.#condition = 'CutOff';
    const cut = [...this.#connections];
    this.#clock.setTimeout(() => {
      if (this.#condition !== 'CutOff') return; // a short cut does no harm
      for (const connection of cut) this.#end(connection, 'the host stopped answering');
    }, this.#keepaliveMs);
  }

  rejectCertificate(): void {
    this.#condition = 'CertificateRejected';
  }

  /** Reachable again, after any of the above. */
  heal(): void {
    this.#condition = 'Up';
  }

  /** Every guest is gone without a word, and the host with them; `heal()` boots it. */
  losePower(): void {
    this.goDown();
    for (const domain of [...this.domains.values()]) {
      if (domain.power !== 'Stopped') domain.stop('Other', true);
    }
  }

  /** Breaks all connections, as a restart of libvirtd does; a new one comes about at once. */
  dropConnections(): void {
    for (const connection of [...this.#connections]) this.#end(connection, 'the host closed the connection');
  }

  /** The next call of this name goes wrong; several are used up one by one. */
  failNext(call: CallName, fault: CallFault): void {
    this.#faults.push({ call, fault, stays: false });
  }

  /** Every call of this name goes wrong from now on. */
  failAll(call: CallName, fault: CallFault): void {
    this.#faults.push({ call, fault, stays: true });
  }

  takeFault(call: CallName): CallFault | undefined {
    const index = this.#faults.findIndex((one) => one.call === call);
    const found = this.#faults[index];
    if (found && !found.stays) this.#faults.splice(index, 1);
    return found?.fault;
  }

  /** What it tells of how busy it and its guests are. */
  statistics(): HostStatistics {
    const { cpu, memoryBytes } = this.facts;
    const running = [...this.domains.values()].filter(({ power }) => power !== 'Stopped');
    return this.lie({
      cpu: this.use.cpuTime(cpu.count),
      memory: { usedBytes: this.use.memoryBytes, totalBytes: memoryBytes },
      domains: running.map((domain) => domain.statistics()),
    });
  }

  attach(connection: AttachedConnection): void {
    this.#connections.add(connection);
  }

  detach(connection: AttachedConnection): void {
    this.#connections.delete(connection);
  }

  /** As libvirt: the uuid is the identity, and neither it nor the name may be anybody else's. */
  define(xml: string): void {
    this.#admitted(xml).define(xml);
  }

  /** Runs a domain without definition. */
  createTransient(xml: string): void {
    this.#admitted(xml).start(xml);
  }

  #admitted(xml: string): FakeDomain {
    const identity = identityIn(xml);
    const namesake = [...this.domains.values()].find(({ name }) => name === identity.name);
    if (namesake && namesake.uuid !== identity.uuid) {
      throw new HypervisorError('NameTaken', `domain ${identity.name} exists with uuid ${namesake.uuid}`);
    }
    const known = this.domains.get(identity.uuid);
    if (known && known.name !== identity.name) {
      throw new HypervisorError('Invalid', `the domain with uuid ${identity.uuid} is named ${known.name}`);
    }
    const domain = known ?? new FakeDomain(identity, this.#hooks());
    this.domains.set(identity.uuid, domain);
    return domain;
  }

  #hooks(): DomainHooks {
    return {
      clock: this.#clock,
      behaviour: (uuid) => this.behaviourOf(uuid),
      admit: (xml) => checkHardware(xml, this.facts, this.#liveXmls()),
      onChanged: (uuid) => this.#publish({ uuid, kind: 'Changed' }),
      onAgent: (uuid) => this.#publish({ uuid, kind: 'Agent' }),
      onGone: (uuid) => this.domains.delete(uuid),
    };
  }

  #liveXmls(): string[] {
    return [...this.domains.values()].flatMap(({ liveXml }) => liveXml ?? []);
  }

  #publish(event: DomainEvent): void {
    if (this.loseEvents || this.#condition === 'CutOff') return;
    for (const connection of this.#connections) connection.notify(event);
  }

  #end(connection: AttachedConnection, message: string): void {
    this.#connections.delete(connection);
    connection.end(new HypervisorError('Unreachable', `${this.name}: ${message}`));
  }
}
