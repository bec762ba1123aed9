import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { InterfaceXmlFlag, ListInterfacesFlag } from './constants/index.ts';
import { type FlaggedOptions, flagBits } from './flags.ts';

/** One network interface of a host itself, by name. */
export class HostInterface {
  readonly name: string;
  readonly mac: string;
  readonly #connection: Connection;

  constructor(connection: Connection, reference: { name: string; mac: string }) {
    this.#connection = connection;
    this.name = reference.name;
    this.mac = reference.mac;
  }

  /** libvirt: virInterfaceGetXMLDesc. */
  async xml(options: FlaggedOptions<typeof InterfaceXmlFlag> = {}): Promise<string> {
    const args = { ...this.#iface, flags: flagBits(InterfaceXmlFlag, options.flags) };
    return (await this.#connection.call('interfaceGetXmlDesc', args, options)).xml;
  }

  /** libvirt: virInterfaceIsActive. */
  async isActive(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('interfaceIsActive', this.#iface, options)).active !== 0;
  }

  get #iface() {
    return { iface: { name: this.name, mac: this.mac } };
  }
}

/** The network interfaces of a host itself, to be looked at. */
export class HostInterfaces {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** libvirt: virConnectListAllInterfaces. */
  async list(options: FlaggedOptions<typeof ListInterfacesFlag> = {}): Promise<HostInterface[]> {
    const args = { needResults: 1, flags: flagBits(ListInterfacesFlag, options.flags) };
    const { ifaces } = await this.#connection.call('connectListAllInterfaces', args, options);
    return ifaces.map((iface) => new HostInterface(this.#connection, iface));
  }

  /** The one of this name; NO_INTERFACE if there is none (libvirt: virInterfaceLookupByName). */
  async get(name: string, options?: CallOptions): Promise<HostInterface> {
    const { iface } = await this.#connection.call('interfaceLookupByName', { name }, options);
    return new HostInterface(this.#connection, iface);
  }
}
