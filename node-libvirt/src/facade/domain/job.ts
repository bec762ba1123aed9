import type { CallOptions } from '../../connection/pending-call.ts';
import { type TypedValue, typedParameterMap } from '../../protocol/typed-parameter.ts';
import { JobOperation, JobType } from '../constants/index.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
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

  /** Its progress, or with JobStatsFlag.Completed what it came to; flags: JobStatsFlag (libvirt: virDomainGetJobStats). */
  async stats(options: FlaggedOptions = {}): Promise<JobStats> {
    const { type, params } = await this.#calls.aboutJob('domainGetJobStats', {}, options);
    const stats = typedParameterMap(params);
    const number = stats.get('operation');
    const operation = number === undefined ? undefined : (JobOperation[Number(number)] ?? 'unknown');
    return { type: JobType[type] ?? 'Unrecognized', operation, stats };
  }

  /**
   * Ends it; OPERATION_INVALID if there is none. flags: AbortJobFlag, which servers know since 8.5
   * (libvirt: virDomainAbortJob, virDomainAbortJobFlags).
   */
  async abort(options: FlaggedOptions = {}): Promise<void> {
    if (options.flags) await this.#calls.aboutJob('domainAbortJobFlags', {}, options);
    else await this.#calls.aboutJob('domainAbortJob', {}, options);
  }
}
