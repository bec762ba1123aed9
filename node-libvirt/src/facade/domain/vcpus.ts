import type { CallOptions } from '../../connection/pending-call.ts';
import { type TypedValue, typedParameterMap } from '../../protocol/typed-parameter.ts';
import { Affect, VcpuFlag, VcpuState } from '../constants/index.ts';
import { cpuMapBytes, decodeCpuMap, decodeCpuMaps, encodeCpuMap } from '../cpu-map.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import { stringOkay } from '../parameters.ts';
import type { DomainCalls } from './domain-calls.ts';

export interface VcpuInfo {
  number: number;
  state: VcpuState | 'unknown';
  cpuTimeNanoseconds: bigint;
  /** The host's CPU that it runs on; undefined when it is on none, or the host does not tell. */
  cpu: number | undefined;
}

type CpuStats = ReadonlyMap<string, TypedValue>;

/** libvirt's own limits of one answer. */
const maxCpusAtOnce = 128;
const maxStatsAtOnce = 2048;

/** The vCPUs of a domain, and the host's CPUs that they run on. */
export class Vcpus {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** libvirt: virDomainGetVcpusFlags. */
  async count(options: FlaggedOptions<typeof VcpuFlag> = {}): Promise<number> {
    const flags = flagBits(VcpuFlag, options.flags);
    return (await this.#calls.inLane('domainGetVcpusFlags', { flags }, options)).num;
  }

  /** libvirt: virDomainSetVcpusFlags. */
  async setCount(vcpus: number, options: FlaggedOptions<typeof VcpuFlag> = {}): Promise<void> {
    const args = { vcpus, flags: flagBits(VcpuFlag, options.flags) };
    await this.#calls.inLane('domainSetVcpusFlags', args, options);
  }

  /** Plugs in or out these vCPUs, by number (libvirt: virDomainSetVcpu). */
  async set(
    vcpus: readonly number[],
    enabled: boolean,
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = { cpumap: vcpus.join(','), state: enabled ? 1 : 0, flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainSetVcpu', args, options);
  }

  /** What each does; OPERATION_INVALID unless the domain runs (libvirt: virDomainGetVcpus). */
  async info(options: CallOptions = {}): Promise<VcpuInfo[]> {
    const maxinfo = await this.count({ ...options, flags: ['Maximum'] });
    const { info } = await this.#calls.ask('domainGetVcpus', { maxinfo, maplen: 0 }, options);
    return info.map(({ number, state, cpuTime, cpu }) => ({
      number,
      state: VcpuState[state] ?? 'unknown',
      cpuTimeNanoseconds: cpuTime,
      cpu: cpu < 0 ? undefined : cpu,
    }));
  }

  /** For each vCPU, also those that could be plugged in, the host's CPUs it may run on (libvirt: virDomainGetVcpuPinInfo). */
  async pins(options: FlaggedOptions<typeof Affect> = {}): Promise<number[][]> {
    const flags = flagBits(Affect, options.flags);
    const ncpumaps = await this.count({ ...options, flags: flags | VcpuFlag.Maximum });
    const args = { ncpumaps, maplen: cpuMapBytes, flags };
    const { cpumaps, num } = await this.#calls.inLane('domainGetVcpuPinInfo', args, options);
    return decodeCpuMaps(cpumaps, cpuMapBytes, num);
  }

  /** Has a vCPU run on these of the host's CPUs only (libvirt: virDomainPinVcpuFlags). */
  async pin(
    vcpu: number,
    cpus: readonly number[],
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = { vcpu, cpumap: encodeCpuMap(cpus), flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainPinVcpuFlags', args, options);
  }

  /** The host's CPUs that all but the vCPUs may run on; empty when that is any (libvirt: virDomainGetEmulatorPinInfo). */
  async emulatorPin(options: FlaggedOptions<typeof Affect> = {}): Promise<number[]> {
    const args = { maplen: cpuMapBytes, flags: flagBits(Affect, options.flags) };
    const { cpumaps, ret } = await this.#calls.inLane('domainGetEmulatorPinInfo', args, options);
    return ret === 0 ? [] : decodeCpuMap(cpumaps);
  }

  /** Has all but the vCPUs run on these of the host's CPUs only (libvirt: virDomainPinEmulator). */
  async pinEmulator(cpus: readonly number[], options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    const args = { cpumap: encodeCpuMap(cpus), flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainPinEmulator', args, options);
  }

  /** Time of the host's CPUs that the domain has used in all, in nanoseconds (libvirt: virDomainGetCPUStats). */
  stats(options?: CallOptions): Promise<CpuStats> {
    return this.#calls.parameters('domainGetCpuStats', { startCpu: -1, ncpus: 1, flags: 0 }, options);
  }

  /** The same for each of the host's CPUs (libvirt: virDomainGetCPUStats). */
  async statsByCpu(options?: CallOptions): Promise<CpuStats[]> {
    const ask = (startCpu: number, ncpus: number, nparams: number) =>
      this.#calls.inLane('domainGetCpuStats', { startCpu, ncpus, nparams, flags: stringOkay }, options);
    const { nparams: cpus } = await ask(0, 0, 0);
    const { nparams: each } = await ask(0, 1, 0);
    const step = Math.min(maxCpusAtOnce, Math.floor(maxStatsAtOnce / Math.max(1, each)));
    const stats: CpuStats[] = [];
    for (let start = 0; start < cpus && each > 0; start += step) {
      const count = Math.min(step, cpus - start);
      const { params, nparams } = await ask(start, count, each);
      for (let cpu = 0; cpu < count; cpu++)
        stats.push(typedParameterMap(params.slice(cpu * nparams, (cpu + 1) * nparams)));
    }
    return stats;
  }
}
