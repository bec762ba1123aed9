import type { TypedValue } from '../../protocol/typed-parameter.ts';
import { typedParameterMap } from '../../protocol/typed-parameter.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
import {
  blkioParameters,
  numaParameters,
  perfEventParameters,
  schedulerParameters,
} from '../parameter-types.ts';
import { type ParametersOf, stringOkay, typedParameters } from '../parameters.ts';
import type { DomainCalls } from './domain-calls.ts';

type Parameters = ReadonlyMap<string, TypedValue>;

/** The most that a server gives; the call has no other way to ask for all. */
const maxSchedulerParameters = 16;

/** Shares and limits of a domain, by libvirt's names; a value that is not given stays. flags are Affect everywhere. */
export class Tuning {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** libvirt: virDomainGetSchedulerParametersFlags. */
  async scheduler(options: FlaggedOptions = {}): Promise<Parameters> {
    const args = { nparams: maxSchedulerParameters, flags: (options.flags ?? 0) | stringOkay };
    return typedParameterMap(
      (await this.#calls.inLane('domainGetSchedulerParametersFlags', args, options)).params,
    );
  }

  /** libvirt: virDomainSetSchedulerParametersFlags. */
  async setScheduler(
    values: ParametersOf<typeof schedulerParameters>,
    options: FlaggedOptions = {},
  ): Promise<void> {
    const args = { params: typedParameters(schedulerParameters, values) };
    await this.#calls.inLane('domainSetSchedulerParametersFlags', args, options);
  }

  /** libvirt: virDomainGetBlkioParameters. */
  blkio(options: FlaggedOptions = {}): Promise<Parameters> {
    return this.#calls.parameters('domainGetBlkioParameters', {}, options);
  }

  /** libvirt: virDomainSetBlkioParameters. */
  async setBlkio(values: ParametersOf<typeof blkioParameters>, options: FlaggedOptions = {}): Promise<void> {
    const args = { params: typedParameters(blkioParameters, values) };
    await this.#calls.inLane('domainSetBlkioParameters', args, options);
  }

  /** libvirt: virDomainGetNumaParameters. */
  numa(options: FlaggedOptions = {}): Promise<Parameters> {
    return this.#calls.parameters('domainGetNumaParameters', {}, options);
  }

  /** libvirt: virDomainSetNumaParameters. */
  async setNuma(values: ParametersOf<typeof numaParameters>, options: FlaggedOptions = {}): Promise<void> {
    const args = { params: typedParameters(numaParameters, values) };
    await this.#calls.inLane('domainSetNumaParameters', args, options);
  }

  /** Which events are counted; their counts are in StatsGroup.Perf of `domainStats` (libvirt: virDomainGetPerfEvents). */
  async perfEvents(options: FlaggedOptions = {}): Promise<Parameters> {
    return typedParameterMap((await this.#calls.inLane('domainGetPerfEvents', {}, options)).params);
  }

  /** libvirt: virDomainSetPerfEvents. */
  async setPerfEvents(
    values: ParametersOf<typeof perfEventParameters>,
    options: FlaggedOptions = {},
  ): Promise<void> {
    const args = { params: typedParameters(perfEventParameters, values) };
    await this.#calls.inLane('domainSetPerfEvents', args, options);
  }
}
