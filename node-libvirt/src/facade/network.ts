import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import {
  Feature,
  IpAddressType,
  ListNetworksFlag,
  NetworkCreateFlag,
  NetworkDefineFlag,
  NetworkUpdateCommand,
  NetworkUpdateFlag,
  NetworkUpdateSection,
  NetworkXmlFlag,
} from './constants/index.ts';
import { type FlaggedOptions, flagBits, numberOf, type OneOf } from './flags.ts';

/** An address that a network's DHCP server gave away. */
export interface DhcpLease {
  /** The host's bridge. */
  interface: string;
  /** null for one without end. */
  expiresAt: Date | null;
  family: IpAddressType | 'unknown';
  mac: string | null;
  address: string;
  prefixLength: number;
  hostname: string | null;
  clientId: string | null;
  /** Of DHCPv6. */
  iaid: string | null;
}

/** A change of one part of a network. */
export interface NetworkChange {
  command: OneOf<typeof NetworkUpdateCommand>;
  section: OneOf<typeof NetworkUpdateSection>;
  /** The part, such as `<host mac=… ip=…/>`. */
  xml: string;
  /** Which of several parents, such as `<ip>`, from 0; default the first that fits. */
  parentIndex?: number | undefined;
}

/** One virtual network, by uuid. Calls fail with NO_NETWORK when the server has none with it. */
export class Network {
  readonly uuid: string;
  readonly name: string;
  readonly #connection: Connection;

  constructor(connection: Connection, reference: { name: string; uuid: string }) {
    this.#connection = connection;
    this.uuid = reference.uuid;
    this.name = reference.name;
  }

  /** Starts a defined network (libvirt: virNetworkCreate). */
  async create(options?: CallOptions): Promise<void> {
    await this.#connection.call('networkCreate', this.#net, options);
  }

  /** Stops it; domains on it lose their link (libvirt: virNetworkDestroy). */
  async destroy(options?: CallOptions): Promise<void> {
    await this.#connection.call('networkDestroy', this.#net, options);
  }

  /** Removes the definition; one that runs becomes transient (libvirt: virNetworkUndefine). */
  async undefine(options?: CallOptions): Promise<void> {
    await this.#connection.call('networkUndefine', this.#net, options);
  }

  /** libvirt: virNetworkGetXMLDesc. */
  async xml(options: FlaggedOptions<typeof NetworkXmlFlag> = {}): Promise<string> {
    const args = { ...this.#net, flags: flagBits(NetworkXmlFlag, options.flags) };
    return (await this.#connection.call('networkGetXmlDesc', args, options)).xml;
  }

  /** Changes a part while it runs, or in its definition (libvirt: virNetworkUpdate). */
  async update(change: NetworkChange, options: FlaggedOptions<typeof NetworkUpdateFlag> = {}): Promise<void> {
    const { xml, parentIndex = -1 } = change;
    const command = numberOf(NetworkUpdateCommand, change.command);
    const section = numberOf(NetworkUpdateSection, change.section);
    const feature = { feature: Feature.NetworkUpdateHasCorrectOrder };
    const { supported } = await this.#connection.call('connectSupportsFeature', feature, options);
    // Servers before libvirt 7.2 mistake the one for the other, which every client has to make up for.
    const order = supported ? { command, section } : { command: section, section: command };
    const args = {
      ...this.#net,
      ...order,
      parentIndex,
      xml,
      flags: flagBits(NetworkUpdateFlag, options.flags),
    };
    await this.#connection.call('networkUpdate', args, options);
  }

  /** libvirt: virNetworkIsActive. */
  async isActive(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('networkIsActive', this.#net, options)).active !== 0;
  }

  /** Whether it has a definition (libvirt: virNetworkIsPersistent). */
  async isPersistent(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('networkIsPersistent', this.#net, options)).persistent !== 0;
  }

  /** Whether libvirtd starts the network when it starts itself (libvirt: virNetworkGetAutostart). */
  async autostart(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('networkGetAutostart', this.#net, options)).autostart !== 0;
  }

  /** libvirt: virNetworkSetAutostart. */
  async setAutostart(autostart: boolean, options?: CallOptions): Promise<void> {
    const args = { ...this.#net, autostart: autostart ? 1 : 0 };
    await this.#connection.call('networkSetAutostart', args, options);
  }

  /** The host's bridge (libvirt: virNetworkGetBridgeName). */
  async bridgeName(options?: CallOptions): Promise<string> {
    return (await this.#connection.call('networkGetBridgeName', this.#net, options)).name;
  }

  /** All leases, or those of one MAC address (libvirt: virNetworkGetDHCPLeases). */
  async dhcpLeases(options: CallOptions & { mac?: string | undefined } = {}): Promise<DhcpLease[]> {
    const args = { ...this.#net, mac: options.mac ?? null, needResults: 1, flags: 0 };
    const { leases } = await this.#connection.call('networkGetDhcpLeases', args, options);
    return leases.map(({ iface, expiryTime, type, prefix, ...rest }) => ({
      ...rest,
      interface: iface,
      expiresAt: expiryTime === 0n ? null : new Date(Number(expiryTime) * 1000),
      family: IpAddressType[type] ?? 'unknown',
      prefixLength: prefix,
    }));
  }

  get #net() {
    return { net: { name: this.name, uuid: this.uuid } };
  }
}

/** The virtual networks of a host. */
export class Networks {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** libvirt: virConnectListAllNetworks. */
  async list(options: FlaggedOptions<typeof ListNetworksFlag> = {}): Promise<Network[]> {
    const args = { needResults: 1, flags: flagBits(ListNetworksFlag, options.flags) };
    const { nets } = await this.#connection.call('connectListAllNetworks', args, options);
    return nets.map((net) => new Network(this.#connection, net));
  }

  /** The one of this name; NO_NETWORK if there is none (libvirt: virNetworkLookupByName). */
  async get(name: string, options?: CallOptions): Promise<Network> {
    const { net } = await this.#connection.call('networkLookupByName', { name }, options);
    return new Network(this.#connection, net);
  }

  /** NO_NETWORK if there is none (libvirt: virNetworkLookupByUUID). */
  async byUuid(uuid: string, options?: CallOptions): Promise<Network> {
    const { net } = await this.#connection.call('networkLookupByUuid', { uuid }, options);
    return new Network(this.#connection, net);
  }

  /** Defines one or changes its definition (libvirt: virNetworkDefineXMLFlags, since 7.7). */
  async define(xml: string, options: FlaggedOptions<typeof NetworkDefineFlag> = {}): Promise<Network> {
    const args = { xml, flags: flagBits(NetworkDefineFlag, options.flags) };
    const { net } = await this.#connection.call('networkDefineXmlFlags', args, options);
    return new Network(this.#connection, net);
  }

  /** Starts one of which nothing stays once it stops (libvirt: virNetworkCreateXMLFlags, since 7.8). */
  async create(xml: string, options: FlaggedOptions<typeof NetworkCreateFlag> = {}): Promise<Network> {
    const args = { xml, flags: flagBits(NetworkCreateFlag, options.flags) };
    const { net } = await this.#connection.call('networkCreateXmlFlags', args, options);
    return new Network(this.#connection, net);
  }
}
