import { decodeCpuMap, encodeCpuMap } from '../cpu-map.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
import { ioThreadParameters } from '../parameter-types.ts';
import { type ParametersOf, typedParameters } from '../parameters.ts';
import type { DomainCalls } from './domain-calls.ts';

export interface IoThread {
  id: number;
  /** The host's CPUs that it may run on. */
  cpus: number[];
}

/** Threads that serve a domain's disks. flags are Affect everywhere. */
export class IoThreads {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** libvirt: virDomainGetIOThreadInfo. */
  async list(options: FlaggedOptions = {}): Promise<IoThread[]> {
    const { info } = await this.#calls.inLane('domainGetIothreadInfo', {}, options);
    return info.map(({ id, cpumap }) => ({ id, cpus: decodeCpuMap(cpumap) }));
  }

  /** libvirt: virDomainAddIOThread. */
  async add(id: number, options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.inLane('domainAddIothread', { iothreadId: id }, options);
  }

  /** No disk may be using it (libvirt: virDomainDelIOThread). */
  async delete(id: number, options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.inLane('domainDelIothread', { iothreadId: id }, options);
  }

  /** libvirt: virDomainPinIOThread. */
  async pin(id: number, cpus: readonly number[], options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.inLane('domainPinIothread', { iothreadsId: id, cpumap: encodeCpuMap(cpus) }, options);
  }

  /** libvirt: virDomainSetIOThreadParams. */
  async setParameters(
    id: number,
    values: ParametersOf<typeof ioThreadParameters>,
    options: FlaggedOptions = {},
  ): Promise<void> {
    const args = { iothreadId: id, params: typedParameters(ioThreadParameters, values) };
    await this.#calls.inLane('domainSetIothreadParams', args, options);
  }
}
