import { type Clock, sleep } from '../kube/clock.ts';
import { FakeConnection } from './fake/connection.ts';
import { hang } from './fake/faults.ts';
import { type CallName, FakeHost, withOneCell } from './fake/host.ts';
import {
  type CallOptions,
  type HostConnection,
  type HostFacts,
  type HostTarget,
  type Hypervisor,
  HypervisorError,
} from './hypervisor.ts';

export type { CallFault, HostCondition } from './fake/faults.ts';
export { type GuestBehaviour, obedientGuest } from './fake/guest.ts';
export { type CallName, FakeHost } from './fake/host.ts';

/** One call as it was made; `outcome` is absent while it is under way. */
export interface RecordedCall {
  host: string;
  call: CallName | 'connect';
  /** The uuid, or the XML of a definition. */
  argument?: string;
  atMs: number;
  outcome?: 'ok' | Error;
}

export interface FakeHypervisorOptions {
  clock: Clock;
  /** After this a call that gets no answer is a `Timeout`. */
  callTimeoutMs?: number;
  connectTimeoutMs?: number;
  /** After this a connection to a host that is cut off breaks. */
  keepaliveMs?: number;
}

/** Calls that change something on a host. */
const changes: ReadonlySet<string> = new Set<CallName>([
  'define',
  'start',
  'resume',
  'requestShutdown',
  'powerOff',
  'setCpuWeight',
  'undefine',
]);

/**
 * Hosts in memory, with everything that can go wrong with them. They hold the state, connections none: whoever connects
 * anew, as a restarted operator does, finds the domains as they were. Passes the port's contract suite.
 */
export class FakeHypervisor implements Hypervisor {
  readonly calls: RecordedCall[] = [];
  readonly #hosts = new Map<string, FakeHost>();
  readonly #clock: Clock;
  readonly #callTimeoutMs: number;
  readonly #connectTimeoutMs: number;
  readonly #keepaliveMs: number;

  constructor(options: FakeHypervisorOptions) {
    this.#clock = options.clock;
    this.#callTimeoutMs = options.callTimeoutMs ?? 30_000;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.#keepaliveMs = options.keepaliveMs ?? 20_000;
  }

  /** Adds a host that answers at `address`; any port does. All that it has is in one NUMA cell unless others are given. */
  addHost(address: string, facts: Partial<HostFacts> = {}): FakeHost {
    if (this.#hosts.has(address)) throw new Error(`there is a fake host at ${address} already`);
    const all = withOneCell({ ...defaultFacts(this.#hosts.size + 1), ...facts });
    if (facts.numaCells) all.numaCells = facts.numaCells;
    const host = new FakeHost(address, all, this.#clock, this.#keepaliveMs);
    this.#hosts.set(address, host);
    return host;
  }

  host(address: string): FakeHost {
    const host = this.#hosts.get(address);
    if (!host) throw new Error(`there is no fake host at ${address}; add it with addHost`);
    return host;
  }

  get hosts(): FakeHost[] {
    return [...this.#hosts.values()];
  }

  /** The calls that change something, in order; a quiet operator makes none. */
  get changes(): RecordedCall[] {
    return this.calls.filter(({ call }) => changes.has(call));
  }

  /** All places where a domain runs: more than one is a split brain. */
  runningOn(uuid: string): string[] {
    return this.hosts
      .filter((host) => (host.domains.get(uuid)?.power ?? 'Stopped') !== 'Stopped')
      .map(({ name }) => name);
  }

  async connect(target: HostTarget, { signal }: CallOptions = {}): Promise<HostConnection> {
    const finish = this.#record(target.address, 'connect', undefined);
    try {
      const connection = await this.#attempt(target, signal);
      finish('ok');
      return connection;
    } catch (error) {
      finish(error as Error);
      throw error;
    }
  }

  async #attempt(target: HostTarget, signal: AbortSignal | undefined): Promise<HostConnection> {
    signal?.throwIfAborted();
    const { address, name } = target;
    const host = this.#hosts.get(address);
    await (host && host.slowByMs > 0 ? sleep(this.#clock, host.slowByMs, signal) : Promise.resolve());
    signal?.throwIfAborted();
    if (host?.condition === 'CutOff') await this.#noAnswer(name, signal);
    if (!host || host.condition === 'Unreachable')
      throw new HypervisorError('Unreachable', `${name} at ${address} refuses connections`);
    if (host.condition === 'CertificateRejected')
      throw new HypervisorError('CertificateRejected', `${name} does not accept the operator's certificate`);
    return new FakeConnection(host, {
      clock: this.#clock,
      callTimeoutMs: this.#callTimeoutMs,
      record: (call, argument) => this.#record(address, call, argument),
    });
  }

  async #noAnswer(name: string, signal: AbortSignal | undefined): Promise<never> {
    try {
      return await hang(this.#clock, this.#connectTimeoutMs, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new HypervisorError('Unreachable', `${name} does not answer`, { cause: error });
    }
  }

  #record(host: string, call: RecordedCall['call'], argument: string | undefined) {
    const recorded: RecordedCall = {
      ...{ host, call, atMs: this.#clock.now() },
      ...(argument === undefined ? {} : { argument }),
    };
    this.calls.push(recorded);
    return (outcome: 'ok' | Error): void => {
      recorded.outcome = outcome;
    };
  }
}

function defaultFacts(number: number): HostFacts {
  return {
    hostUUID: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    libvirtVersion: '9.0.0',
    hypervisorVersion: '7.2.0',
    hypervisorType: 'KVM',
    cpu: {
      model: 'EPYC',
      vendor: 'AMD',
      architecture: 'x86_64',
      sockets: 1,
      cores: 8,
      threads: 2,
      count: 16,
    },
    guests: {
      cpuModels: ['EPYC', 'HostModel', 'HostPassthrough', 'qemu64'],
      machineTypes: ['pc', 'pc-i440fx-7.2', 'pc-q35-7.2', 'q35'],
    },
    memoryBytes: 64 * 2 ** 30,
    numaCells: [],
  };
}
