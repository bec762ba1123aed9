import type { CallOptions } from '../../connection/pending-call.ts';
import type { TypedValue } from '../../protocol/typed-parameter.ts';
import {
  Affect,
  BlockCommitFlag,
  BlockCopyFlag,
  BlockJobAbortFlag,
  BlockJobInfoFlag,
  BlockJobSpeedFlag,
  BlockJobType,
  BlockPullFlag,
  BlockRebaseFlag,
  BlockResizeFlag,
} from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import { blockCopyParameters, blockIoTuneParameters } from '../parameter-types.ts';
import { type ParametersOf, typedParameters } from '../parameters.ts';
import type { DomainCalls } from './domain-calls.ts';

export interface DiskInfo {
  /** What the guest sees. */
  capacityBytes: bigint;
  /** What the image takes, and up to where it reaches, on the host. */
  allocationBytes: bigint;
  physicalBytes: bigint;
}

/** A job on a disk; done, and for a copy ready to be switched to, when `current` has reached `end`. */
export interface DiskJob {
  type: BlockJobType;
  current: bigint;
  end: bigint;
  /** Its limit; 0 for none. */
  bytesPerSecond: bigint;
}

/** Limits of a disk by libvirt's names (VIR_DOMAIN_BLOCK_IOTUNE_* of libvirt). */
export type BlockIoTune = ParametersOf<typeof blockIoTuneParameters>;

/** How fast a job may go; 0, the default, is without limit. */
export interface SpeedOptions extends CallOptions {
  bytesPerSecond?: bigint | undefined;
}

/** Two images of a disk's chain, by path or as `vda[1]`. */
export interface CommitOptions extends SpeedOptions, FlaggedOptions<typeof BlockCommitFlag> {
  /** What is written to; default the lowest. */
  base?: string | undefined;
  /** What is merged into it; default the one that the guest writes to. */
  top?: string | undefined;
}

export interface RebaseOptions extends SpeedOptions, FlaggedOptions<typeof BlockRebaseFlag> {}

export interface CopyOptions extends SpeedOptions, FlaggedOptions<typeof BlockCopyFlag> {
  /** In what pieces what the guest changes meanwhile is noted, a power of two. */
  granularityBytes?: number | undefined;
  /** How much may be under way at once. */
  bufferBytes?: bigint | undefined;
}

/** One disk of a domain, by its target name, such as vda, or by the path of its image. */
export class Disk {
  readonly target: string;
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls, target: string) {
    this.#calls = calls;
    this.target = target;
  }

  /** libvirt: virDomainGetBlockInfo. */
  async info(options?: CallOptions): Promise<DiskInfo> {
    const args = { path: this.target, flags: 0 };
    const { capacity, allocation, physical } = await this.#calls.inLane('domainGetBlockInfo', args, options);
    return { capacityBytes: capacity, allocationBytes: allocation, physicalBytes: physical };
  }

  /** What was read and written since the start; times are nanoseconds (libvirt: virDomainBlockStatsFlags). */
  stats(options?: CallOptions): Promise<ReadonlyMap<string, TypedValue>> {
    return this.#calls.parameters('domainBlockStatsFlags', { path: this.target, flags: 0 }, options);
  }

  /** A part of what the guest sees on it, at most 4 MiB (libvirt: virDomainBlockPeek). */
  async peek(offset: bigint, size: number, options?: CallOptions): Promise<Uint8Array> {
    const args = { path: this.target, offset, size, flags: 0 };
    return (await this.#calls.inLane('domainBlockPeek', args, options)).buffer;
  }

  /** Makes it larger for the guest, too (libvirt: virDomainBlockResize). */
  async resize(capacityBytes: bigint, options?: CallOptions): Promise<void> {
    const args = { disk: this.target, size: capacityBytes, flags: BlockResizeFlag.Bytes };
    await this.#calls.inLane('domainBlockResize', args, options);
  }

  /** A `block-threshold` event comes once the image has been written beyond this; 0 for never (libvirt: virDomainSetBlockThreshold). */
  async setThreshold(thresholdBytes: bigint, options?: CallOptions): Promise<void> {
    const args = { dev: this.target, threshold: thresholdBytes, flags: 0 };
    await this.#calls.inLane('domainSetBlockThreshold', args, options);
  }

  /** Its limits (libvirt: virDomainGetBlockIoTune). */
  async ioTune(options: FlaggedOptions<typeof Affect> = {}): Promise<ReadonlyMap<string, TypedValue>> {
    const args = { disk: this.target, flags: flagBits(Affect, options.flags) };
    return this.#calls.parameters('domainGetBlockIoTune', args, options);
  }

  /** Sets limits (libvirt: virDomainSetBlockIoTune). */
  async setIoTune(limits: BlockIoTune, options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    const args = {
      disk: this.target,
      params: typedParameters(blockIoTuneParameters, limits),
      flags: flagBits(Affect, options.flags),
    };
    await this.#calls.inLane('domainSetBlockIoTune', args, options);
  }

  /**
   * Begins to copy it to what `destinationXml` (`<disk>`) describes, while the guest goes on; a domain with a definition
   * needs the flag TransientJob (libvirt: virDomainBlockCopy). Once `job` is done, `finishJob` switches the guest over.
   */
  async copy(destinationXml: string, options: CopyOptions = {}): Promise<void> {
    const params = typedParameters(blockCopyParameters, {
      bandwidth: options.bytesPerSecond,
      granularity: options.granularityBytes,
      'buf-size': options.bufferBytes,
    });
    const flags = flagBits(BlockCopyFlag, options.flags);
    const args = { path: this.target, destxml: destinationXml, params, flags };
    await this.#calls.inLane('domainBlockCopy', args, options);
  }

  /** Begins to merge images of the chain downwards; the one in use needs the flag Active (libvirt: virDomainBlockCommit). */
  async commit(options: CommitOptions = {}): Promise<void> {
    const { base = null, top = null, bytesPerSecond: bandwidth = 0n } = options;
    const flags = flagBits(BlockCommitFlag, options.flags) | BlockCommitFlag.BandwidthBytes;
    const args = { disk: this.target, base, top, bandwidth, flags };
    await this.#calls.inLane('domainBlockCommit', args, options);
  }

  /** Begins to take all that it is based on into its own image (libvirt: virDomainBlockPull). */
  async pull(options: SpeedOptions = {}): Promise<void> {
    const { bytesPerSecond: bandwidth = 0n } = options;
    const args = { path: this.target, bandwidth, flags: BlockPullFlag.BandwidthBytes };
    await this.#calls.inLane('domainBlockPull', args, options);
  }

  /** Begins to take what lies above `base` into its own image (libvirt: virDomainBlockRebase). */
  async rebase(base: string | null, options: RebaseOptions = {}): Promise<void> {
    const flags = flagBits(BlockRebaseFlag, options.flags) | BlockRebaseFlag.BandwidthBytes;
    const args = { path: this.target, base, bandwidth: options.bytesPerSecond ?? 0n, flags };
    await this.#calls.inLane('domainBlockRebase', args, options);
  }

  /** The job under way on it; undefined when there is none (libvirt: virDomainGetBlockJobInfo). */
  async job(options?: CallOptions): Promise<DiskJob | undefined> {
    const args = { path: this.target, flags: BlockJobInfoFlag.BandwidthBytes };
    const job = await this.#calls.inLane('domainGetBlockJobInfo', args, options);
    if (job.found === 0) return undefined;
    const type = BlockJobType[job.type] ?? 'unknown';
    return { type, current: job.cur, end: job.end, bytesPerSecond: job.bandwidth };
  }

  /** How fast the job may go from now on; 0 is without limit (libvirt: virDomainBlockJobSetSpeed). */
  async setJobSpeed(bytesPerSecond: bigint, options?: CallOptions): Promise<void> {
    const args = {
      path: this.target,
      bandwidth: bytesPerSecond,
      flags: BlockJobSpeedFlag.BandwidthBytes,
    };
    await this.#calls.inLane('domainBlockJobSetSpeed', args, options);
  }

  /** Has the guest use the copy, or the image merged into, from now on (libvirt: virDomainBlockJobAbort with PIVOT). */
  async finishJob(options?: CallOptions): Promise<void> {
    const args = { path: this.target, flags: BlockJobAbortFlag.Pivot };
    await this.#calls.inLane('domainBlockJobAbort', args, options);
  }

  /** Ends the job; the guest stays with what it has (libvirt: virDomainBlockJobAbort). */
  async abortJob(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainBlockJobAbort', { path: this.target, flags: 0 }, options);
  }
}
