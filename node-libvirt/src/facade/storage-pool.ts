import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import {
  StoragePoolBuildFlag,
  StoragePoolCreateFlag,
  StoragePoolDeleteFlag,
  StoragePoolState,
  StorageXmlFlag,
  VolumeCreateFlag,
} from './constants/index.ts';
import { type FlaggedOptions, flagBits } from './flags.ts';
import { asLongAsItTakes } from './long-call.ts';
import { StorageVolume } from './storage-volume.ts';

export interface PoolInfo {
  state: StoragePoolState | 'unknown';
  capacityBytes: bigint;
  allocationBytes: bigint;
  availableBytes: bigint;
}

/** One storage pool, by uuid. Calls fail with NO_STORAGE_POOL when the server has none with it. */
export class StoragePool {
  readonly uuid: string;
  readonly name: string;
  readonly #connection: Connection;

  constructor(connection: Connection, reference: { name: string; uuid: string }) {
    this.#connection = connection;
    this.uuid = reference.uuid;
    this.name = reference.name;
  }

  /** Makes what it keeps volumes in, such as its folder (libvirt: virStoragePoolBuild). */
  async build(options: FlaggedOptions<typeof StoragePoolBuildFlag> = {}): Promise<void> {
    const args = { ...this.#pool, flags: flagBits(StoragePoolBuildFlag, options.flags) };
    await this.#connection.call('storagePoolBuild', args, options);
  }

  /** Starts a defined pool (libvirt: virStoragePoolCreate). */
  async create(options: FlaggedOptions<typeof StoragePoolCreateFlag> = {}): Promise<void> {
    const args = { ...this.#pool, flags: flagBits(StoragePoolCreateFlag, options.flags) };
    await this.#connection.call('storagePoolCreate', args, options);
  }

  /** Stops it; its volumes stay (libvirt: virStoragePoolDestroy). */
  async destroy(options?: CallOptions): Promise<void> {
    await this.#connection.call('storagePoolDestroy', this.#pool, options);
  }

  /** Deletes what it keeps volumes in, for good (libvirt: virStoragePoolDelete). */
  async delete(options: FlaggedOptions<typeof StoragePoolDeleteFlag> = {}): Promise<void> {
    const args = { ...this.#pool, flags: flagBits(StoragePoolDeleteFlag, options.flags) };
    await this.#connection.call('storagePoolDelete', args, options);
  }

  /** Removes the definition of a stopped pool (libvirt: virStoragePoolUndefine). */
  async undefine(options?: CallOptions): Promise<void> {
    await this.#connection.call('storagePoolUndefine', this.#pool, options);
  }

  /** Looks for volumes that came or went by other hands (libvirt: virStoragePoolRefresh). */
  async refresh(options?: CallOptions): Promise<void> {
    await this.#connection.call('storagePoolRefresh', { ...this.#pool, flags: 0 }, options);
  }

  /** libvirt: virStoragePoolGetInfo. */
  async info(options?: CallOptions): Promise<PoolInfo> {
    const info = await this.#connection.call('storagePoolGetInfo', this.#pool, options);
    return {
      state: StoragePoolState[info.state] ?? 'unknown',
      capacityBytes: info.capacity,
      allocationBytes: info.allocation,
      availableBytes: info.available,
    };
  }

  /** libvirt: virStoragePoolGetXMLDesc. */
  async xml(options: FlaggedOptions<typeof StorageXmlFlag> = {}): Promise<string> {
    const args = { ...this.#pool, flags: flagBits(StorageXmlFlag, options.flags) };
    return (await this.#connection.call('storagePoolGetXmlDesc', args, options)).xml;
  }

  /** libvirt: virStoragePoolIsActive. */
  async isActive(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('storagePoolIsActive', this.#pool, options)).active !== 0;
  }

  /** Whether it has a definition (libvirt: virStoragePoolIsPersistent). */
  async isPersistent(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('storagePoolIsPersistent', this.#pool, options)).persistent !== 0;
  }

  /** Whether libvirtd starts the pool when it starts itself (libvirt: virStoragePoolGetAutostart). */
  async autostart(options?: CallOptions): Promise<boolean> {
    return (await this.#connection.call('storagePoolGetAutostart', this.#pool, options)).autostart !== 0;
  }

  /** libvirt: virStoragePoolSetAutostart. */
  async setAutostart(autostart: boolean, options?: CallOptions): Promise<void> {
    const args = { ...this.#pool, autostart: autostart ? 1 : 0 };
    await this.#connection.call('storagePoolSetAutostart', args, options);
  }

  /** At most 16,384, or the server refuses (libvirt: virStoragePoolListAllVolumes). */
  async volumes(options?: CallOptions): Promise<StorageVolume[]> {
    const args = { ...this.#pool, needResults: 1, flags: 0 };
    const { vols } = await this.#connection.call('storagePoolListAllVolumes', args, options);
    return vols.map((vol) => new StorageVolume(this.#connection, vol));
  }

  /** The volume of this name; NO_STORAGE_VOL if there is none (libvirt: virStorageVolLookupByName). */
  async volume(name: string, options?: CallOptions): Promise<StorageVolume> {
    const args = { ...this.#pool, name };
    const { vol } = await this.#connection.call('storageVolLookupByName', args, options);
    return new StorageVolume(this.#connection, vol);
  }

  /** Makes a volume (libvirt: virStorageVolCreateXML). */
  async createVolume(
    xml: string,
    options: FlaggedOptions<typeof VolumeCreateFlag> = {},
  ): Promise<StorageVolume> {
    const args = { ...this.#pool, xml, flags: flagBits(VolumeCreateFlag, options.flags) };
    const { vol } = await this.#connection.call('storageVolCreateXml', args, options);
    return new StorageVolume(this.#connection, vol);
  }

  /** Makes a volume with the content of another, of this pool or not; no deadline unless one is given (libvirt: virStorageVolCreateXMLFrom). */
  async cloneVolume(
    xml: string,
    source: StorageVolume,
    options: FlaggedOptions<typeof VolumeCreateFlag> = {},
  ): Promise<StorageVolume> {
    const args = {
      ...this.#pool,
      xml,
      source: source.reference,
      flags: flagBits(VolumeCreateFlag, options.flags),
    };
    const { vol } = await this.#connection.call('storageVolCreateXmlFrom', args, asLongAsItTakes(options));
    return new StorageVolume(this.#connection, vol);
  }

  get #pool() {
    return { pool: { name: this.name, uuid: this.uuid } };
  }
}
