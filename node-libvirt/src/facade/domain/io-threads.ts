import { Affect } from '../constants/index.ts';
import { decodeCpuMap, encodeCpuMap } from '../cpu-map.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import { ioThreadParameters } from '../parameter-types.ts';
import { type ParametersOf, typedParameters } from '../parameters.ts';
import type { DomainCalls } from './domain-calls.ts';

export interface IoThread {
  id: number;
  /** The host's CPUs that it may run on. */
  cpus: number[];
}

/** Threads that serve a domain's disks. */
export class IoThreads {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** libvirt: virDomainGetIOThreadInfo. */
  async list(options: FlaggedOptions<typeof Affect> = {}): Promise<IoThread[]> {
    const flags = flagBits(Affect, options.flags);
    const { info } = await this.#calls.inLane('domainGetIothreadInfo', { flags }, options);
    return info.map(({ id, cpumap }) => ({ id, cpus: decodeCpuMap(cpumap) }));
  }

  /** libvirt: virDomainAddIOThread. */
  async add(id: number, options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    const args = { iothreadId: id, flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainAddIothread', args, options);
  }

  /** No disk may be using it (libvirt: virDomainDelIOThread). */
  async delete(id: number, options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    const args = { iothreadId: id, flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainDelIothread', args, options);
  }

  /** libvirt: virDomainPinIOThread. */
  async pin(id: number, cpus: readonly number[], options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    const args = { iothreadsId: id, cpumap: encodeCpuMap(cpus), flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainPinIothread', args, options);
  }

  /** libvirt: virDomainSetIOThreadParams. */
  async setParameters(
    id: number,
    values: ParametersOf<typeof ioThreadParameters>,
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = {
      iothreadId: id,
      params: typedParameters(ioThreadParameters, values),
      flags: flagBits(Affect, options.flags),
    };
    await this.#calls.inLane('domainSetIothreadParams', args, options);
  }
}
