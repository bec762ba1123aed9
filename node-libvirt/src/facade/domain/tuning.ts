import type { TypedValue } from '../../protocol/typed-parameter.ts';
import { typedParameterMap } from '../../protocol/typed-parameter.ts';
import { Affect } from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
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

/** Shares and limits of a domain, by libvirt's names; a value that is not given stays. */
export class Tuning {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** libvirt: virDomainGetSchedulerParametersFlags. */
  async scheduler(options: FlaggedOptions<typeof Affect> = {}): Promise<Parameters> {
    const args = { nparams: maxSchedulerParameters, flags: flagBits(Affect, options.flags) | stringOkay };
    const { params } = await this.#calls.inLane('domainGetSchedulerParametersFlags', args, options);
    return typedParameterMap(params);
  }

  /** libvirt: virDomainSetSchedulerParametersFlags. */
  async setScheduler(
    values: ParametersOf<typeof schedulerParameters>,
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = {
      params: typedParameters(schedulerParameters, values),
      flags: flagBits(Affect, options.flags),
    };
    await this.#calls.inLane('domainSetSchedulerParametersFlags', args, options);
  }

  /** libvirt: virDomainGetBlkioParameters. */
  async blkio(options: FlaggedOptions<typeof Affect> = {}): Promise<Parameters> {
    const flags = flagBits(Affect, options.flags);
    return this.#calls.parameters('domainGetBlkioParameters', { flags }, options);
  }

  /** libvirt: virDomainSetBlkioParameters. */
  async setBlkio(
    values: ParametersOf<typeof blkioParameters>,
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = { params: typedParameters(blkioParameters, values), flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainSetBlkioParameters', args, options);
  }

  /** libvirt: virDomainGetNumaParameters. */
  async numa(options: FlaggedOptions<typeof Affect> = {}): Promise<Parameters> {
    const flags = flagBits(Affect, options.flags);
    return this.#calls.parameters('domainGetNumaParameters', { flags }, options);
  }

  /** libvirt: virDomainSetNumaParameters. */
  async setNuma(
    values: ParametersOf<typeof numaParameters>,
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = { params: typedParameters(numaParameters, values), flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainSetNumaParameters', args, options);
  }

  /** Which events are counted; their counts are in StatsGroup.Perf of `domainStats` (libvirt: virDomainGetPerfEvents). */
  async perfEvents(options: FlaggedOptions<typeof Affect> = {}): Promise<Parameters> {
    const flags = flagBits(Affect, options.flags);
    return typedParameterMap((await this.#calls.inLane('domainGetPerfEvents', { flags }, options)).params);
  }

  /** libvirt: virDomainSetPerfEvents. */
  async setPerfEvents(
    values: ParametersOf<typeof perfEventParameters>,
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = {
      params: typedParameters(perfEventParameters, values),
      flags: flagBits(Affect, options.flags),
    };
    await this.#calls.inLane('domainSetPerfEvents', args, options);
  }
}
