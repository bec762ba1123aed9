import { systemClock } from '../clock.ts';
import { Connection } from '../connection/connection.ts';
import { type ConnectionOptions, withDefaults } from '../connection/options.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { EventHub } from '../events/event-hub.ts';
import type { CredentialSource } from '../handshake/credentials.ts';
import { openUri } from '../handshake/open-uri.ts';
import { domainReference } from '../protocol/structs.ts';
import { type TypedValue, typedParameterMap } from '../protocol/typed-parameter.ts';
import type { ConnectOptions } from '../transport/attempt.ts';
import { connectTransport } from '../transport/connect.ts';
import type { Target } from '../transport/target.ts';
import {
  CreateFlag,
  DefineFlag,
  ListDomainsFlag,
  ListStoragePoolsFlag,
  SaveFlag,
  SaveImageXmlFlag,
  StatsFlag,
  StatsGroup,
  StoragePoolCreateFlag,
  StoragePoolDefineFlag,
} from './constants/index.ts';
import { Domain } from './domain.ts';
import { type FlaggedOptions, type Flags, flagBits } from './flags.ts';
import { HostInfo } from './host-info.ts';
import { HostInterfaces } from './host-interface.ts';
import { asLongAsItTakes } from './long-call.ts';
import { Networks } from './network.ts';
import { NodeDevices } from './node-device.ts';
import { NwFilters } from './nw-filter.ts';
import { Secrets } from './secret.ts';
import { StoragePool } from './storage-pool.ts';
import { StorageVolume } from './storage-volume.ts';

export type OpenOptions = ConnectOptions &
  ConnectionOptions & {
    /** Which driver and instance. Default `qemu:///system`; null lets the server choose. */
    uri?: string | null | undefined;
    /** Calls that change anything then fail with OPERATION_DENIED. */
    readOnly?: boolean | undefined;
    /** User and password, or a function that gets them, for a server that wants SASL (SCRAM-SHA-256). */
    auth?: CredentialSource | undefined;
    /**
     * SASL over plain TCP is refused: others could read it, search it for the password, and take the connection over.
     * True where a tunnel encrypts, such as ssh's to a unix socket. A libvirtd that listens on plain TCP itself offers
     * only mechanisms that encrypt, which this client has not.
     */
    allowSaslOverPlainTcp?: boolean | undefined;
  };

/** One domain in a list; `id` is -1 unless it runs. */
export interface ListedDomain {
  uuid: string;
  name: string;
  id: number;
}

export interface DomainStatsRecord extends ListedDomain {
  stats: ReadonlyMap<string, TypedValue>;
}

export interface StatsQuery extends FlaggedOptions<typeof StatsFlag> {
  /** Only these; default: all that `flags` let through. */
  uuids?: readonly string[] | undefined;
  /** What is told of them; none, the default, is all. */
  groups?: Flags<typeof StatsGroup> | undefined;
}

/** How long a polite good-bye may take before the connection is just ended. */
const closeTimeoutMs = 2_000;

/** An open connection to one hypervisor. */
export class HypervisorConnection {
  /** Calls without a method of their own, by the table of procedures. */
  readonly connection: Connection;
  readonly host: HostInfo;
  readonly events: EventHub;

  constructor(connection: Connection, onListenerError: (error: unknown) => void) {
    this.connection = connection;
    this.host = new HostInfo(connection);
    this.events = new EventHub(connection, onListenerError);
  }

  /** Why the connection ended; undefined when `close` did it. Never rejects. */
  get closed(): Promise<Error | undefined> {
    return this.connection.closed;
  }

  get networks(): Networks {
    return new Networks(this.connection);
  }

  get nwFilters(): NwFilters {
    return new NwFilters(this.connection);
  }

  get secrets(): Secrets {
    return new Secrets(this.connection);
  }

  get nodeDevices(): NodeDevices {
    return new NodeDevices(this.connection);
  }

  get hostInterfaces(): HostInterfaces {
    return new HostInterfaces(this.connection);
  }

  /**
   * A handle; asks the server nothing. Servers find a domain by its uuid alone; the name, if it is given, stands in the
   * messages of their errors, where else an empty one would.
   */
  domain(uuid: string, name?: string): Domain {
    return new Domain(this.connection, uuid, name);
  }

  /** The domain of this name; NO_DOMAIN if there is none (libvirt: virDomainLookupByName). */
  async domainByName(name: string, options?: CallOptions): Promise<Domain> {
    const { dom } = await this.connection.call('domainLookupByName', { name }, options);
    return this.domain(dom.uuid, dom.name);
  }

  /** The running domain with this id; NO_DOMAIN if there is none (libvirt: virDomainLookupByID). */
  async domainById(id: number, options?: CallOptions): Promise<Domain> {
    const { dom } = await this.connection.call('domainLookupById', { id }, options);
    return this.domain(dom.uuid, dom.name);
  }

  /** All domains, or those that `flags` let through (libvirt: virConnectListAllDomains). */
  async listDomains(options: FlaggedOptions<typeof ListDomainsFlag> = {}): Promise<ListedDomain[]> {
    const args = { needResults: 1, flags: flagBits(ListDomainsFlag, options.flags) };
    return (await this.connection.call('connectListAllDomains', args, options)).domains;
  }

  /** Defines a domain or changes its definition (libvirt: virDomainDefineXMLFlags). */
  async defineXml(xml: string, options: FlaggedOptions<typeof DefineFlag> = {}): Promise<Domain> {
    const args = { xml, flags: flagBits(DefineFlag, options.flags) };
    const { dom } = await this.connection.call('domainDefineXmlFlags', args, options);
    return this.domain(dom.uuid, dom.name);
  }

  /** Starts a transient domain: nothing of it stays once it stops (libvirt: virDomainCreateXML). */
  async createXml(xml: string, options: FlaggedOptions<typeof CreateFlag> = {}): Promise<Domain> {
    const args = { xml, flags: flagBits(CreateFlag, options.flags) };
    const { dom } = await this.connection.call('domainCreateXml', args, options);
    return this.domain(dom.uuid, dom.name);
  }

  /**
   * Starts a domain from a file of `Domain.save`; `xml` replaces its description; no deadline unless one is given
   * (libvirt: virDomainRestoreFlags).
   */
  async restore(
    file: string,
    options: FlaggedOptions<typeof SaveFlag> & { xml?: string | undefined } = {},
  ): Promise<void> {
    const args = { from: file, dxml: options.xml ?? null, flags: flagBits(SaveFlag, options.flags) };
    await this.connection.call('domainRestoreFlags', args, asLongAsItTakes(options));
  }

  /** The description in a file of `Domain.save` (libvirt: virDomainSaveImageGetXMLDesc). */
  async savedXml(file: string, options: FlaggedOptions<typeof SaveImageXmlFlag> = {}): Promise<string> {
    const args = { file, flags: flagBits(SaveImageXmlFlag, options.flags) };
    return (await this.connection.call('domainSaveImageGetXmlDesc', args, options)).xml;
  }

  /** Changes the description in a file of `Domain.save` (libvirt: virDomainSaveImageDefineXML). */
  async defineSavedXml(
    file: string,
    xml: string,
    options: FlaggedOptions<typeof SaveFlag> = {},
  ): Promise<void> {
    const args = { file, dxml: xml, flags: flagBits(SaveFlag, options.flags) };
    await this.connection.call('domainSaveImageDefineXml', args, options);
  }

  /** All storage pools, running or not (libvirt: virConnectListAllStoragePools). */
  async storagePools(options: FlaggedOptions<typeof ListStoragePoolsFlag> = {}): Promise<StoragePool[]> {
    const args = { needResults: 1, flags: flagBits(ListStoragePoolsFlag, options.flags) };
    const { pools } = await this.connection.call('connectListAllStoragePools', args, options);
    return pools.map((pool) => new StoragePool(this.connection, pool));
  }

  /** The pool of this name; NO_STORAGE_POOL if there is none (libvirt: virStoragePoolLookupByName). */
  async storagePool(name: string, options?: CallOptions): Promise<StoragePool> {
    const { pool } = await this.connection.call('storagePoolLookupByName', { name }, options);
    return new StoragePool(this.connection, pool);
  }

  /** NO_STORAGE_POOL if there is none (libvirt: virStoragePoolLookupByUUID). */
  async storagePoolByUuid(uuid: string, options?: CallOptions): Promise<StoragePool> {
    const { pool } = await this.connection.call('storagePoolLookupByUuid', { uuid }, options);
    return new StoragePool(this.connection, pool);
  }

  /** The pool that the volume is in (libvirt: virStoragePoolLookupByVolume). */
  async storagePoolOf(volume: StorageVolume, options?: CallOptions): Promise<StoragePool> {
    const args = { vol: volume.reference };
    const { pool } = await this.connection.call('storagePoolLookupByVolume', args, options);
    return new StoragePool(this.connection, pool);
  }

  /** The volume with this path on the host; NO_STORAGE_VOL if there is none (libvirt: virStorageVolLookupByPath). */
  async storageVolumeByPath(path: string, options?: CallOptions): Promise<StorageVolume> {
    const { vol } = await this.connection.call('storageVolLookupByPath', { path }, options);
    return new StorageVolume(this.connection, vol);
  }

  /** The volume with the key of a VolumeReference; NO_STORAGE_VOL if there is none (libvirt: virStorageVolLookupByKey). */
  async storageVolumeByKey(key: string, options?: CallOptions): Promise<StorageVolume> {
    const { vol } = await this.connection.call('storageVolLookupByKey', { key }, options);
    return new StorageVolume(this.connection, vol);
  }

  /** Starts a pool of which nothing but its volumes stays once it stops (libvirt: virStoragePoolCreateXML). */
  async createStoragePool(
    xml: string,
    options: FlaggedOptions<typeof StoragePoolCreateFlag> = {},
  ): Promise<StoragePool> {
    const args = { xml, flags: flagBits(StoragePoolCreateFlag, options.flags) };
    const { pool } = await this.connection.call('storagePoolCreateXml', args, options);
    return new StoragePool(this.connection, pool);
  }

  /** Defines a storage pool or changes its definition (libvirt: virStoragePoolDefineXML). */
  async defineStoragePool(
    xml: string,
    options: FlaggedOptions<typeof StoragePoolDefineFlag> = {},
  ): Promise<StoragePool> {
    const args = { xml, flags: flagBits(StoragePoolDefineFlag, options.flags) };
    const { pool } = await this.connection.call('storagePoolDefineXml', args, options);
    return new StoragePool(this.connection, pool);
  }

  /** Statistics of many domains in one call (libvirt: virConnectGetAllDomainStats, virDomainListGetStats). */
  async domainStats(query: StatsQuery = {}): Promise<DomainStatsRecord[]> {
    const doms = (query.uuids ?? []).map((uuid) => domainReference(uuid));
    const stats = flagBits(StatsGroup, query.groups);
    const args = { doms, stats, flags: flagBits(StatsFlag, query.flags) };
    const { records } = await this.connection.call('connectGetAllDomainStats', args, query);
    return records.map(({ dom, params }) => ({ ...dom, stats: typedParameterMap(params) }));
  }

  /**
   * Says good-bye, then ends the connection; unanswered calls fail with ConnectionClosed (libvirt: virConnectClose).
   * Never rejects.
   */
  async close(): Promise<void> {
    await this.connection.call('connectClose', {}, { timeoutMs: closeTimeoutMs }).catch(() => {});
    this.connection.close();
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Connects, authenticates and opens a hypervisor.
 * @throws ConnectFailed, CertificateRejected, InvalidTarget, AuthenticationFailed, LibvirtError (such as NO_CONNECT for a driver
 *   that the server lacks), CallTimeout, ConnectionClosed, or the signal's reason
 */
export async function openHypervisor(
  target: Target,
  options: OpenOptions = {},
): Promise<HypervisorConnection> {
  const { connectTimeoutMs = 10_000, clock = systemClock, signal, uri = 'qemu:///system' } = options;
  const endMs = clock.now() + connectTimeoutMs;
  const stream = await connectTransport(forUri(target, uri), options);
  const connection = new Connection(stream, options);
  const callOptions = () => ({ timeoutMs: Math.max(1, endMs - clock.now()), signal });
  try {
    await openUri(connection, uri, options.readOnly ?? false, callOptions, {
      credentials: options.auth,
      isExposed: target.transport === 'tcp' && !options.allowSaslOverPlainTcp,
      clock,
    });
  } catch (error) {
    connection.close();
    throw error;
  }
  return new HypervisorConnection(connection, withDefaults(options).onListenerError);
}

/** Over ssh, a helper on the host chooses the daemon by what is to be opened. */
function forUri(target: Target, uri: string | null): Target {
  return target.transport === 'ssh' ? { ...target, uri: target.uri ?? uri ?? undefined } : target;
}
