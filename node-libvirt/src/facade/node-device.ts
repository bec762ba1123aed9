import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import {
  ListNodeDevicesFlag,
  NodeDeviceCreateFlag,
  NodeDeviceDefineFlag,
  NodeDeviceXmlFlag,
} from './constants/index.ts';
import { type FlaggedOptions, flagBits } from './flags.ts';

/** As many as the protocol can carry. */
const maxCapabilities = 65_536;

/** One device of a host, by name, such as pci_0000_00_02_0. Calls fail with NO_NODE_DEVICE when the host has none of it. */
export class NodeDevice {
  readonly name: string;
  readonly #connection: Connection;

  constructor(connection: Connection, name: string) {
    this.#connection = connection;
    this.name = name;
  }

  /** libvirt: virNodeDeviceGetXMLDesc. */
  async xml(options: FlaggedOptions<typeof NodeDeviceXmlFlag> = {}): Promise<string> {
    const args = { name: this.name, flags: flagBits(NodeDeviceXmlFlag, options.flags) };
    return (await this.#connection.call('nodeDeviceGetXmlDesc', args, options)).xml;
  }

  /** What it is plugged into; undefined for the machine itself (libvirt: virNodeDeviceGetParent). */
  async parent(options?: CallOptions): Promise<NodeDevice | undefined> {
    const { parentName } = await this.#connection.call('nodeDeviceGetParent', { name: this.name }, options);
    return parentName === null ? undefined : new NodeDevice(this.#connection, parentName);
  }

  /** What it is, such as pci or mdev_types (libvirt: virNodeDeviceListCaps). */
  async capabilities(options?: CallOptions): Promise<string[]> {
    const args = { name: this.name, maxnames: maxCapabilities };
    return (await this.#connection.call('nodeDeviceListCaps', args, options)).names;
  }

  /** Takes it from the host's driver, to be given to a guest; driver such as vfio (libvirt: virNodeDeviceDetachFlags). */
  async detach(options: CallOptions & { driver?: string | undefined } = {}): Promise<void> {
    const args = { name: this.name, driverName: options.driver ?? null, flags: 0 };
    await this.#connection.call('nodeDeviceDetachFlags', args, options);
  }

  /** Gives it back to the host's driver (libvirt: virNodeDeviceReAttach). */
  async reattach(options?: CallOptions): Promise<void> {
    await this.#connection.call('nodeDeviceReAttach', { name: this.name }, options);
  }

  /** Forgets what a guest did to it; it must be detached (libvirt: virNodeDeviceReset). */
  async reset(options?: CallOptions): Promise<void> {
    await this.#connection.call('nodeDeviceReset', { name: this.name }, options);
  }

  /** Starts a defined device, such as a mediated one (libvirt: virNodeDeviceCreate, since 7.3). */
  async create(options?: CallOptions): Promise<void> {
    await this.#connection.call('nodeDeviceCreate', { name: this.name, flags: 0 }, options);
  }

  /** Stops a device that can be made, such as a mediated one (libvirt: virNodeDeviceDestroy). */
  async destroy(options?: CallOptions): Promise<void> {
    await this.#connection.call('nodeDeviceDestroy', { name: this.name }, options);
  }

  /** Removes the definition (libvirt: virNodeDeviceUndefine, since 7.3). */
  async undefine(options?: CallOptions): Promise<void> {
    await this.#connection.call('nodeDeviceUndefine', { name: this.name, flags: 0 }, options);
  }

  /** libvirt: virNodeDeviceIsActive, since 7.8. */
  async isActive(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('nodeDeviceIsActive', { name: this.name }, options)).active !== 0;
  }

  /** Whether it has a definition (libvirt: virNodeDeviceIsPersistent, since 7.8). */
  async isPersistent(options?: CallOptions): Promise<boolean> {
    const { persistent } = await this.#connection.call(
      'nodeDeviceIsPersistent',
      { name: this.name },
      options,
    );
    return persistent !== 0;
  }

  /** Whether it starts with the host or its parent (libvirt: virNodeDeviceGetAutostart, since 7.8). */
  async autostart(options?: CallOptions): Promise<boolean> {
    const { autostart } = await this.#connection.call('nodeDeviceGetAutostart', { name: this.name }, options);
    return autostart !== 0;
  }

  /** libvirt: virNodeDeviceSetAutostart, since 7.8. */
  async setAutostart(autostart: boolean, options?: CallOptions): Promise<void> {
    const args = { name: this.name, autostart: autostart ? 1 : 0 };
    await this.#connection.call('nodeDeviceSetAutostart', args, options);
  }
}

/** The devices of a host. */
export class NodeDevices {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** libvirt: virConnectListAllNodeDevices. */
  async list(options: FlaggedOptions<typeof ListNodeDevicesFlag> = {}): Promise<NodeDevice[]> {
    const args = { needResults: 1, flags: flagBits(ListNodeDevicesFlag, options.flags) };
    const { devices } = await this.#connection.call('connectListAllNodeDevices', args, options);
    return devices.map(({ name }) => new NodeDevice(this.#connection, name));
  }

  /** NO_NODE_DEVICE if there is none (libvirt: virNodeDeviceLookupByName). */
  async get(name: string, options?: CallOptions): Promise<NodeDevice> {
    const { dev } = await this.#connection.call('nodeDeviceLookupByName', { name }, options);
    return new NodeDevice(this.#connection, dev.name);
  }

  /** Makes one of which nothing stays once it is destroyed (libvirt: virNodeDeviceCreateXML). */
  async create(xml: string, options: FlaggedOptions<typeof NodeDeviceCreateFlag> = {}): Promise<NodeDevice> {
    const args = { xmlDesc: xml, flags: flagBits(NodeDeviceCreateFlag, options.flags) };
    const { dev } = await this.#connection.call('nodeDeviceCreateXml', args, options);
    return new NodeDevice(this.#connection, dev.name);
  }

  /** Defines one (libvirt: virNodeDeviceDefineXML, since 7.3). */
  async define(xml: string, options: FlaggedOptions<typeof NodeDeviceDefineFlag> = {}): Promise<NodeDevice> {
    const args = { xmlDesc: xml, flags: flagBits(NodeDeviceDefineFlag, options.flags) };
    const { dev } = await this.#connection.call('nodeDeviceDefineXml', args, options);
    return new NodeDevice(this.#connection, dev.name);
  }
}
