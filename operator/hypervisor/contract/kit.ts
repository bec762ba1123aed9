import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { DesiredDomain } from '../../domain/domain.ts';
import { domainXml } from '../../domain/write.ts';
import type {
  DomainEvent,
  DomainPower,
  HostConnection,
  HostTarget,
  Hypervisor,
  ObservedDomain,
} from '../hypervisor.ts';

/** A host to try the port on, and other hands on it than the port's. */
export interface ContractHost {
  hypervisor: Hypervisor;
  target: HostTarget;
  /** A guest that shuts down when asked and tells its addresses. */
  bootable: Pick<DesiredDomain, 'hypervisorType' | 'memoryBytes' | 'kernel'> & { bridge: string };
  /** Whether libvirt divides CPUs here by the weights of guests. */
  dividesCpus: boolean;
  /** How long a guest may take to boot or to shut down here. */
  guestTimeoutMs: number;
  outside: {
    start(uuid: string): Promise<void>;
    destroy(uuid: string): Promise<void>;
    undefine(uuid: string): Promise<void>;
    suspend(uuid: string): Promise<void>;
    /** Replaces a part of the definition. */
    edit(uuid: string, from: RegExp, to: string): Promise<void>;
    /** Saves what runs to the host's disk, and stops it. */
    save(uuid: string): Promise<void>;
    snapshot(uuid: string): Promise<void>;
    /** Gives it firmware that keeps variables on the host's disk, with some in it. */
    writeFirmwareVariables(uuid: string): Promise<void>;
  };
  /** Breaks all connections; the host can be reached again soon. */
  dropConnections(): Promise<void>;
  dispose(): Promise<void>;
}

/** Names of all domains that the contract makes begin with it. */
const prefix = 'contract_';

/** What every test of the contract uses: a connection, its events, a new domain to make, and a clean host afterwards. */
export class Kit {
  readonly #makeHost: () => Promise<ContractHost>;
  #host: ContractHost | undefined;
  #connection: HostConnection | undefined;
  #vm: DesiredDomain | undefined;
  #count = 0;
  events: DomainEvent[] = [];

  constructor(makeHost: () => Promise<ContractHost>) {
    this.#makeHost = makeHost;
    beforeAll(async () => {
      this.#host = await this.#makeHost();
    });
    afterAll(() => this.#host?.dispose());
    beforeEach(() => this.#start());
    afterEach(() => this.#finish());
  }

  get host(): ContractHost {
    return inTest(this.#host);
  }

  get connection(): HostConnection {
    return inTest(this.#connection);
  }

  /** The test's own domain, which is not yet defined. */
  get vm(): DesiredDomain {
    return inTest(this.#vm);
  }

  get uuid(): string {
    return this.vm.uuid;
  }

  newDomain(): DesiredDomain {
    const { bridge, ...guest } = this.host.bootable;
    const number = ++this.#count;
    const name = `${prefix}vm${number}`;
    const macAddress = `52:54:00:c0:00:${number.toString(16).padStart(2, '0')}`;
    const owner = { namespace: 'contract', name, uid: `uid-${number}`, placementGeneration: number };
    const interfaces = [{ name: 'eth0', macAddress, bridge }];
    return { ...guest, uuid: randomUUID(), name, owner, cpuCores: 1, machineType: 'pc', interfaces };
  }

  /** Defines the test's domain, or one that differs from it. */
  define(changes: Partial<DesiredDomain> = {}): Promise<void> {
    return this.connection.define(domainXml({ ...this.vm, ...changes }));
  }

  async run(): Promise<void> {
    await this.define();
    await this.connection.start(this.uuid);
  }

  async look(): Promise<ObservedDomain> {
    const observed = await this.connection.domain(this.uuid);
    if (!observed) throw new Error(`the host has no domain ${this.uuid}`);
    return observed;
  }

  readonly power = async (): Promise<DomainPower | undefined> =>
    (await this.connection.domain(this.uuid))?.power;

  /** What has to come true, if not at once. */
  soon(what: () => unknown) {
    return expect.poll(what, { timeout: this.host.guestTimeoutMs, interval: 20 });
  }

  /** A host that has just dropped its connections may need a moment. */
  async reconnect(): Promise<HostConnection> {
    let made: HostConnection | undefined;
    const attempt = async () => {
      made = await this.host.hypervisor.connect(this.host.target);
      return true;
    };
    await expect.poll(attempt, { timeout: this.host.guestTimeoutMs, interval: 50 }).toBe(true);
    return inTest(made);
  }

  async #start(): Promise<void> {
    this.#connection = await this.host.hypervisor.connect(this.host.target);
    this.events = [];
    await this.#connection.subscribe((event) => void this.events.push(event));
    this.#vm = this.newDomain();
  }

  async #finish(): Promise<void> {
    await this.#connection?.close();
    const cleaner = await this.reconnect();
    for (const left of (await cleaner.domains()).filter(({ name }) => name.startsWith(prefix))) {
      await cleaner.powerOff(left.uuid);
      await cleaner.undefine(left.uuid);
    }
    await cleaner.close();
  }
}

function inTest<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('outside of a test');
  return value;
}
