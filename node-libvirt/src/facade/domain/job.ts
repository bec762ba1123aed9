import type { CallOptions } from '../../connection/pending-call.ts';
import { type TypedValue, typedParameterMap } from '../../protocol/typed-parameter.ts';
import { AbortJobFlag, JobOperation, JobStatsFlag, JobType } from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import type { DomainCalls } from './domain-calls.ts';

export interface JobInfo {
  type: JobType | 'Unrecognized';
  elapsedMs: number;
  /** Only of a bounded job. */
  remainingMs: number;
  totalBytes: bigint;
  processedBytes: bigint;
  remainingBytes: bigint;
}

export interface JobStats {
  type: JobType | 'Unrecognized';
  /** What it does; undefined when the server does not tell. */
  operation?: JobOperation | undefined;
  stats: ReadonlyMap<string, TypedValue>;
}

/** What is under way on a domain and takes long: a migration, a save, a dump, a snapshot, a backup. At most one. */
export class DomainJob {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** In short; type None when there is no job (libvirt: virDomainGetJobInfo). */
  async info(options?: CallOptions): Promise<JobInfo> {
    const info = await this.#calls.aboutJob('domainGetJobInfo', {}, options);
    return {
      type: JobType[info.type] ?? 'Unrecognized',
      elapsedMs: Number(info.timeElapsed),
      remainingMs: Number(info.timeRemaining),
      totalBytes: info.dataTotal,
      processedBytes: info.dataProcessed,
      remainingBytes: info.dataRemaining,
    };
  }

  /** Its progress, or with JobStatsFlag.Completed what it came to (libvirt: virDomainGetJobStats). */
  async stats(options: FlaggedOptions<typeof JobStatsFlag> = {}): Promise<JobStats> {
    const flags = flagBits(JobStatsFlag, options.flags);
    const { type, params } = await this.#calls.aboutJob('domainGetJobStats', { flags }, options);
    const stats = typedParameterMap(params);
    const number = stats.get('operation');
    const operation = number === undefined ? undefined : (JobOperation[Number(number)] ?? 'unknown');
    return { type: JobType[type] ?? 'Unrecognized', operation, stats };
  }

  /**
   * Ends it; OPERATION_INVALID if there is none. Servers know flags since 8.5 (libvirt: virDomainAbortJob,
   * virDomainAbortJobFlags).
   */
  async abort(options: FlaggedOptions<typeof AbortJobFlag> = {}): Promise<void> {
    const flags = flagBits(AbortJobFlag, options.flags);
    if (flags !== 0) await this.#calls.aboutJob('domainAbortJobFlags', { flags }, options);
    else await this.#calls.aboutJob('domainAbortJob', {}, options);
  }
}
