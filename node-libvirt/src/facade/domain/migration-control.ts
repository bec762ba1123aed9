import type { CallOptions } from '../../connection/pending-call.ts';
import { DirtyRateFlag, MaxSpeedFlag } from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import type { DomainCalls } from './domain-calls.ts';

/** How a migration goes on, before it or during it; `Domain.migrate` begins one. */
export class MigrationControl {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** How fast it may go, in MiB/s (libvirt: virDomainMigrateGetMaxSpeed). */
  async speed(options: FlaggedOptions<typeof MaxSpeedFlag> = {}): Promise<bigint> {
    const flags = flagBits(MaxSpeedFlag, options.flags);
    return (await this.#calls.aboutJob('domainMigrateGetMaxSpeed', { flags }, options)).bandwidth;
  }

  /** How fast it may go from now on, in MiB/s (libvirt: virDomainMigrateSetMaxSpeed). */
  async setSpeed(bandwidth: bigint, options: FlaggedOptions<typeof MaxSpeedFlag> = {}): Promise<void> {
    const args = { bandwidth, flags: flagBits(MaxSpeedFlag, options.flags) };
    await this.#calls.aboutJob('domainMigrateSetMaxSpeed', args, options);
  }

  /** How long the guest may stand still at the end, in ms (libvirt: virDomainMigrateGetMaxDowntime). */
  async downtime(options?: CallOptions): Promise<bigint> {
    return (await this.#calls.aboutJob('domainMigrateGetMaxDowntime', { flags: 0 }, options)).downtime;
  }

  /** How long the guest may stand still at the end (libvirt: virDomainMigrateSetMaxDowntime). */
  async setDowntime(milliseconds: bigint, options?: CallOptions): Promise<void> {
    const args = { downtime: milliseconds, flags: 0 };
    await this.#calls.aboutJob('domainMigrateSetMaxDowntime', args, options);
  }

  /** How much memory is used to send changed pages as differences (libvirt: virDomainMigrateGetCompressionCache). */
  async compressionCacheBytes(options?: CallOptions): Promise<bigint> {
    return (await this.#calls.aboutJob('domainMigrateGetCompressionCache', { flags: 0 }, options)).cacheSize;
  }

  /** libvirt: virDomainMigrateSetCompressionCache. */
  async setCompressionCache(cacheBytes: bigint, options?: CallOptions): Promise<void> {
    const args = { cacheSize: cacheBytes, flags: 0 };
    await this.#calls.aboutJob('domainMigrateSetCompressionCache', args, options);
  }

  /** Lets the guest run on at the destination now, and fetch what is missing; needs MigrateFlag.PostCopy (libvirt: virDomainMigrateStartPostCopy). */
  async startPostCopy(options?: CallOptions): Promise<void> {
    await this.#calls.aboutJob('domainMigrateStartPostCopy', { flags: 0 }, options);
  }

  /**
   * Measures for 1 to 60 s how fast the guest changes its memory; the result is in the group Dirtyrate of `domainStats`
   * (libvirt: virDomainStartDirtyRateCalc).
   */
  async measureDirtyRate(seconds: number, options: FlaggedOptions<typeof DirtyRateFlag> = {}): Promise<void> {
    const args = { seconds, flags: flagBits(DirtyRateFlag, options.flags) };
    await this.#calls.inLane('domainStartDirtyRateCalc', args, options);
  }
}
