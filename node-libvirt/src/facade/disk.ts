import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { domainReference } from '../protocol/structs.ts';
import { BlockJobAbortFlag } from './constants.ts';
import type { FlaggedOptions } from './domain.ts';

export interface DiskInfo {
  /** What the guest sees. */
  capacityBytes: bigint;
  /** What the image takes, and up to where it reaches, on the host. */
  allocationBytes: bigint;
  physicalBytes: bigint;
}

/** A job on a disk; done, and for a copy ready to be switched to, when `current` has reached `end`. */
export interface DiskJob {
  type: 'pull' | 'copy' | 'commit' | 'active-commit' | 'backup' | 'unknown';
  current: bigint;
  end: bigint;
}

const jobTypes = ['unknown', 'pull', 'copy', 'commit', 'active-commit', 'backup'] as const;

/** One disk of a domain, by its target name, such as vda, or by the path of its image. */
export class Disk {
  readonly target: string;
  readonly #connection: Connection;
  readonly #uuid: string;

  constructor(connection: Connection, uuid: string, target: string) {
    this.#connection = connection;
    this.#uuid = uuid;
    this.target = target;
  }

  /** libvirt: virDomainGetBlockInfo. */
  async info(options?: CallOptions): Promise<DiskInfo> {
    const info = await this.#connection.call('domainGetBlockInfo', this.#path({}), this.#inLane(options));
    return {
      capacityBytes: info.capacity,
      allocationBytes: info.allocation,
      physicalBytes: info.physical,
    };
  }

  /** Makes it larger for the guest, too (libvirt: virDomainBlockResize). */
  async resize(capacityBytes: bigint, options?: CallOptions): Promise<void> {
    const inBytes = 1;
    const args = { dom: domainReference(this.#uuid), disk: this.target, size: capacityBytes, flags: inBytes };
    await this.#connection.call('domainBlockResize', args, this.#inLane(options));
  }

  /**
   * Begins to copy it to what `destinationXml` (`<disk>`) describes, while the guest goes on; flags: BlockCopyFlag, of
   * which a domain with a definition needs TransientJob (libvirt: virDomainBlockCopy). Once `job` is done, `finishJob`
   * switches the guest over.
   */
  async copy(destinationXml: string, options: FlaggedOptions = {}): Promise<void> {
    const args = { ...this.#path(options), destxml: destinationXml, params: [] };
    await this.#connection.call('domainBlockCopy', args, this.#inLane(options));
  }

  /** The job under way on it; undefined when there is none (libvirt: virDomainGetBlockJobInfo). */
  async job(options?: CallOptions): Promise<DiskJob | undefined> {
    const job = await this.#connection.call('domainGetBlockJobInfo', this.#path({}), this.#inLane(options));
    if (job.found === 0) return undefined;
    return { type: jobTypes[job.type] ?? 'unknown', current: job.cur, end: job.end };
  }

  /** Has the guest use the copy from now on (libvirt: virDomainBlockJobAbort with PIVOT). */
  async finishJob(options?: CallOptions): Promise<void> {
    const args = this.#path({ flags: BlockJobAbortFlag.Pivot });
    await this.#connection.call('domainBlockJobAbort', args, this.#inLane(options));
  }

  /** Ends the job; the guest stays with what it has (libvirt: virDomainBlockJobAbort). */
  async abortJob(options?: CallOptions): Promise<void> {
    await this.#connection.call('domainBlockJobAbort', this.#path({}), this.#inLane(options));
  }

  #path(options: FlaggedOptions) {
    return { dom: domainReference(this.#uuid), path: this.target, flags: options.flags ?? 0 };
  }

  #inLane(options: CallOptions = {}): CallOptions {
    return { ...options, lane: options.lane ?? this.#uuid };
  }
}
