import type { ByteStream } from '../connection/byte-stream.ts';
import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import {
  VolumeDeleteFlag,
  VolumeDownloadFlag,
  VolumeInfoFlag,
  VolumeResizeFlag,
  VolumeType,
  WipeAlgorithm,
} from './constants/index.ts';
import { type FlaggedOptions, flagBits, numberOf, type OneOf } from './flags.ts';
import { asLongAsItTakes } from './long-call.ts';

/** How the server names a volume; `key` is its own identity for it, such as the path. */
export interface VolumeReference {
  pool: string;
  name: string;
  key: string;
}

export interface VolumeInfo {
  type: VolumeType | 'unknown';
  capacityBytes: bigint;
  allocationBytes: bigint;
}

/** What of a volume is transferred. */
export interface TransferOptions extends CallOptions {
  /** Where it begins, in bytes. Default 0. */
  offset?: bigint | undefined;
  /** How much, in bytes; 0, the default, is all from there on. */
  length?: bigint | undefined;
  /** Zeros that take no room come and go as holes; the stream's chunks are then `Section`s. */
  sparse?: boolean | undefined;
}

/** One volume of a storage pool. Calls fail with NO_STORAGE_VOL when the server has none of that name. */
export class StorageVolume {
  readonly reference: VolumeReference;
  readonly #connection: Connection;

  constructor(connection: Connection, reference: VolumeReference) {
    this.#connection = connection;
    this.reference = reference;
  }

  get name(): string {
    return this.reference.name;
  }

  /** libvirt: virStorageVolGetInfo. */
  async info(options?: CallOptions): Promise<VolumeInfo> {
    const { type, capacity, allocation } = await this.#connection.call(
      'storageVolGetInfo',
      this.#vol,
      options,
    );
    return { type: VolumeType[type] ?? 'unknown', capacityBytes: capacity, allocationBytes: allocation };
  }

  /** Up to where it reaches on the host, which for a sparse file is more than it takes (libvirt: virStorageVolGetInfoFlags). */
  async physicalBytes(options?: CallOptions): Promise<bigint> {
    const args = { ...this.#vol, flags: VolumeInfoFlag.GetPhysical };
    return (await this.#connection.call('storageVolGetInfoFlags', args, options)).allocation;
  }

  /** libvirt: virStorageVolGetXMLDesc. */
  async xml(options?: CallOptions): Promise<string> {
    const args = { ...this.#vol, flags: 0 };
    return (await this.#connection.call('storageVolGetXmlDesc', args, options)).xml;
  }

  /** Where it is on the host (libvirt: virStorageVolGetPath). */
  async path(options?: CallOptions): Promise<string> {
    return (await this.#connection.call('storageVolGetPath', this.#vol, options)).name;
  }

  /** Makes it larger, or smaller with the flag Shrink (libvirt: virStorageVolResize). */
  async resize(capacityBytes: bigint, options: FlaggedOptions<typeof VolumeResizeFlag> = {}): Promise<void> {
    const args = { ...this.#vol, capacity: capacityBytes, flags: flagBits(VolumeResizeFlag, options.flags) };
    await this.#connection.call('storageVolResize', args, options);
  }

  /** Deletes it and its data for good (libvirt: virStorageVolDelete). */
  async delete(options: FlaggedOptions<typeof VolumeDeleteFlag> = {}): Promise<void> {
    const args = { ...this.#vol, flags: flagBits(VolumeDeleteFlag, options.flags) };
    await this.#connection.call('storageVolDelete', args, options);
  }

  /** Overwrites its content, with zeros unless `algorithm` says otherwise; no deadline unless one is given (libvirt: virStorageVolWipePattern). */
  async wipe(
    options: CallOptions & { algorithm?: OneOf<typeof WipeAlgorithm> | undefined } = {},
  ): Promise<void> {
    const algorithm = numberOf(WipeAlgorithm, options.algorithm ?? 'Zero');
    const args = { ...this.#vol, algorithm, flags: 0 };
    await this.#connection.call('storageVolWipePattern', args, asLongAsItTakes(options));
  }

  /** Its content as bytes, to be read soon: see `ByteStream` (libvirt: virStorageVolDownload). */
  download(options: TransferOptions = {}): Promise<ByteStream> {
    return this.#connection.openStream('storageVolDownload', this.#range(options), options);
  }

  /** A stream that writes its content; the `finish` event says that the server has all (libvirt: virStorageVolUpload). */
  upload(options: TransferOptions = {}): Promise<ByteStream> {
    return this.#connection.openStream('storageVolUpload', this.#range(options), options);
  }

  get #vol(): { vol: VolumeReference } {
    return { vol: this.reference };
  }

  #range({ offset = 0n, length = 0n, sparse = false }: TransferOptions) {
    return { ...this.#vol, offset, length, flags: sparse ? VolumeDownloadFlag.SparseStream : 0 };
  }
}
