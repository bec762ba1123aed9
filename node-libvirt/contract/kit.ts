import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect } from 'vitest';
import {
  type Args,
  type Domain,
  type HypervisorConnection,
  ListDomainsFlag,
  type OpenOptions,
  type ProcedureName,
  type Ret,
} from '../src/index.ts';
import type { DriverTraits } from './driver.ts';

/** What a domain of the contract shall have. */
export interface DomainParts {
  name: string;
  uuid: string;
  memoryMiB: number;
  /** Elements in front of `<memory>`. */
  more: string;
}

/** A host to try the contract on. */
export interface ContractHost {
  /** A new connection. */
  open(options?: OpenOptions): Promise<HypervisorConnection>;
  /** A small domain, which runs, and of which nothing is asked. */
  domainXml(parts: DomainParts): string;
  driver: DriverTraits;
  /** A folder for pools on the host; need not exist. */
  folder: string;
  /** Milliseconds that an event may take. */
  patienceMs: number;
}

/** Names of all that the contract makes begin with it. */
export const prefix = 'contract-';

/** QEMU tells of its own end, in time or not. */
const unsureEvents = /^Shutdown /;

/** What every test of the contract uses: a connection, its events, new names, and a cleaner host afterwards. */
export class Kit {
  readonly host: ContractHost;
  readonly #opened: HypervisorConnection[] = [];
  #hypervisor: HypervisorConnection | undefined;
  #events: string[] = [];
  #count = 0;

  constructor(host: ContractHost) {
    this.host = host;
    beforeEach(() => this.#start());
    afterEach(() => this.#finish());
  }

  get driver(): DriverTraits {
    return this.host.driver;
  }

  get hypervisor(): HypervisorConnection {
    if (!this.#hypervisor) throw new Error('outside of a test');
    return this.#hypervisor;
  }

  /** One more connection, which ends with the test. */
  async open(options?: OpenOptions): Promise<HypervisorConnection> {
    const opened = await this.host.open(options);
    this.#opened.push(opened);
    return opened;
  }

  /** A procedure without a method of its own. */
  call<N extends ProcedureName>(name: N, args: Args<N>): Promise<Ret<N>> {
    return this.hypervisor.connection.call(name, args);
  }

  newName(): string {
    return `${prefix}${++this.#count}`;
  }

  /** Description of a domain; what is not asked for is new. */
  xml(parts: Partial<DomainParts> = {}): string {
    const defaults = { name: this.newName(), uuid: randomUUID(), memoryMiB: 32, more: '' };
    return this.host.domainXml({ ...defaults, ...parts });
  }

  define(parts?: Partial<DomainParts>): Promise<Domain> {
    return this.hypervisor.defineXml(this.xml(parts));
  }

  async start(parts?: Partial<DomainParts>): Promise<Domain> {
    const domain = await this.define(parts);
    await domain.create();
    return domain;
  }

  /** Lifecycle events since the test began, or since the last look, once they are these. */
  async expectEvents(...expected: string[]): Promise<void> {
    await this.soon(() => this.#events).toEqual(expected);
    this.#events = [];
  }

  /** What has to come true, if not at once. */
  soon(look: () => unknown) {
    return expect.poll(look, { timeout: this.host.patienceMs, interval: 5 });
  }

  /** Names of the contract's own domains that `flags` let through. */
  async listed(flags: number): Promise<string[]> {
    const domains = await this.hypervisor.listDomains({ flags });
    return domains.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  }

  async #start(): Promise<void> {
    this.#hypervisor = await this.open();
    this.#events = [];
    await this.#hypervisor.events.subscribe((event) => {
      const text = event.kind === 'lifecycle' ? `${event.event} ${event.detail}` : '';
      if (text !== '' && !unsureEvents.test(text) && event.name.startsWith(prefix)) this.#events.push(text);
    });
  }

  async #finish(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((opened) => opened.close()));
    const cleaner = await this.host.open();
    await removeDomains(cleaner);
    await removeNetworks(cleaner);
    await removePools(cleaner);
    await cleaner.close();
  }
}

const isOurs = ({ name }: { name: string }) => name.startsWith(prefix);

async function removeDomains(cleaner: HypervisorConnection): Promise<void> {
  for (const { uuid } of (await cleaner.listDomains({ flags: ListDomainsFlag.Active })).filter(isOurs))
    await cleaner.domain(uuid).destroy();
  for (const { uuid } of (await cleaner.listDomains()).filter(isOurs)) await cleaner.domain(uuid).undefine();
}

async function removeNetworks({ connection }: HypervisorConnection): Promise<void> {
  const all = { needResults: 1, flags: 0 };
  for (const net of (await connection.call('connectListAllNetworks', all)).nets.filter(isOurs)) {
    const { active } = await connection.call('networkIsActive', { net });
    const { persistent } = await connection.call('networkIsPersistent', { net });
    if (active) await connection.call('networkDestroy', { net });
    if (persistent) await connection.call('networkUndefine', { net });
  }
}

async function removePools(cleaner: HypervisorConnection): Promise<void> {
  for (const pool of (await cleaner.storagePools()).filter(isOurs)) {
    const args = { pool: { name: pool.name, uuid: pool.uuid } };
    const { persistent } = await cleaner.connection.call('storagePoolIsPersistent', args);
    if ((await pool.info()).state === 'running') {
      for (const volume of await pool.volumes()) await volume.delete();
      await pool.destroy();
    }
    if (persistent) await pool.undefine();
  }
}
