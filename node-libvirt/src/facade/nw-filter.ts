import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { NwFilterDefineFlag } from './constants/index.ts';
import { type FlaggedOptions, flagBits } from './flags.ts';

/** Rules for the traffic of domains' interfaces, by uuid. Calls fail with NO_NWFILTER when the server has none with it. */
export class NwFilter {
  readonly uuid: string;
  readonly name: string;
  readonly #connection: Connection;

  constructor(connection: Connection, reference: { name: string; uuid: string }) {
    this.#connection = connection;
    this.uuid = reference.uuid;
    this.name = reference.name;
  }

  /** libvirt: virNWFilterGetXMLDesc. */
  async xml(options?: CallOptions): Promise<string> {
    const args = { ...this.#nwfilter, flags: 0 };
    return (await this.#connection.call('nwfilterGetXmlDesc', args, options)).xml;
  }

  /** Removes it; OPERATION_INVALID while an interface uses it (libvirt: virNWFilterUndefine). */
  async undefine(options?: CallOptions): Promise<void> {
    await this.#connection.call('nwfilterUndefine', this.#nwfilter, options);
  }

  get #nwfilter() {
    return { nwfilter: { name: this.name, uuid: this.uuid } };
  }
}

/** The network filters of a host. */
export class NwFilters {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** libvirt: virConnectListAllNWFilters. */
  async list(options?: CallOptions): Promise<NwFilter[]> {
    const args = { needResults: 1, flags: 0 };
    const { filters } = await this.#connection.call('connectListAllNwfilters', args, options);
    return filters.map((nwfilter) => new NwFilter(this.#connection, nwfilter));
  }

  /** The one of this name; NO_NWFILTER if there is none (libvirt: virNWFilterLookupByName). */
  async get(name: string, options?: CallOptions): Promise<NwFilter> {
    const { nwfilter } = await this.#connection.call('nwfilterLookupByName', { name }, options);
    return new NwFilter(this.#connection, nwfilter);
  }

  /** NO_NWFILTER if there is none (libvirt: virNWFilterLookupByUUID). */
  async byUuid(uuid: string, options?: CallOptions): Promise<NwFilter> {
    const { nwfilter } = await this.#connection.call('nwfilterLookupByUuid', { uuid }, options);
    return new NwFilter(this.#connection, nwfilter);
  }

  /** Defines one, or changes it for running domains too (libvirt: virNWFilterDefineXMLFlags, since 7.7). */
  async define(xml: string, options: FlaggedOptions<typeof NwFilterDefineFlag> = {}): Promise<NwFilter> {
    const args = { xml, flags: flagBits(NwFilterDefineFlag, options.flags) };
    const { nwfilter } = await this.#connection.call('nwfilterDefineXmlFlags', args, options);
    return new NwFilter(this.#connection, nwfilter);
  }
}
