import type { Connection } from '../../connection/connection.ts';
import type { CallOptions } from '../../connection/pending-call.ts';
import { BaselineCpuFlag, CompareCpuFlag, CpuComparison } from '../constants/index.ts';
import { decodeCpuMap } from '../cpu-map.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';

/** Which emulator and machine is meant; what is left out is the hypervisor's default. */
export interface DomainCapabilitiesQuery {
  emulator?: string | undefined;
  arch?: string | undefined;
  machine?: string | undefined;
  virtType?: string | undefined;
}

export interface CpuMap {
  /** How many the host has. */
  present: number;
  /** Numbers of those in use. */
  online: number[];
}

/** libvirt: VIR_NODE_CPU_STATS_ALL_CPUS. */
const allCpus = -1;

/** The CPUs of a host, and what guests can have of them. */
export class HostCpus {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** libvirt: virNodeGetCPUMap. */
  async map(options?: CallOptions): Promise<CpuMap> {
    const args = { needMap: 1, needOnline: 1, flags: 0 };
    const { cpumap, ret } = await this.#connection.call('nodeGetCpuMap', args, options);
    return { present: ret, online: decodeCpuMap(cpumap) };
  }

  /** Time since boot by kind (kernel, user, idle, iowait …), in nanoseconds, of one CPU or all (libvirt: virNodeGetCPUStats). */
  async stats(cpu = allCpus, options?: CallOptions): Promise<ReadonlyMap<string, bigint>> {
    const ask = (nparams: number) =>
      this.#connection.call('nodeGetCpuStats', { cpuNum: cpu, nparams, flags: 0 }, options);
    const { nparams } = await ask(0);
    const { params } = await ask(nparams);
    return new Map(params.map(({ field, value }) => [field, value]));
  }

  /** The most vCPUs that a domain of this type, such as kvm, can have (libvirt: virConnectGetMaxVcpus). */
  async maxVcpus(type?: string, options?: CallOptions): Promise<number> {
    return (await this.#connection.call('connectGetMaxVcpus', { type: type ?? null }, options)).maxVcpus;
  }

  /** Names of the CPU models that libvirt knows; empty if it takes any (libvirt: virConnectGetCPUModelNames). */
  async modelNames(arch: string, options?: CallOptions): Promise<string[]> {
    const args = { arch, needResults: 1, flags: 0 };
    return (await this.#connection.call('connectGetCpuModelNames', args, options)).models;
  }

  /** How the CPU that `xml` (`<cpu>`) describes relates to the host's (libvirt: virConnectCompareCPU). */
  async compare(
    xml: string,
    options: FlaggedOptions<typeof CompareCpuFlag> = {},
  ): Promise<CpuComparison | 'unknown'> {
    const args = { xml, flags: flagBits(CompareCpuFlag, options.flags) };
    return comparison((await this.#connection.call('connectCompareCpu', args, options)).result);
  }

  /** The same for what the hypervisor can provide (libvirt: virConnectCompareHypervisorCPU). */
  async compareForHypervisor(
    xml: string,
    query: DomainCapabilitiesQuery = {},
    options: FlaggedOptions<typeof CompareCpuFlag> = {},
  ): Promise<CpuComparison | 'unknown'> {
    const args = { ...nullable(query), xml, flags: flagBits(CompareCpuFlag, options.flags) };
    return comparison((await this.#connection.call('connectCompareHypervisorCpu', args, options)).result);
  }

  /** A `<cpu>` that all of these hosts' CPUs can provide, at most 256 (libvirt: virConnectBaselineCPU). */
  async baseline(
    xmls: readonly string[],
    options: FlaggedOptions<typeof BaselineCpuFlag> = {},
  ): Promise<string> {
    const args = { cpus: [...xmls], flags: flagBits(BaselineCpuFlag, options.flags) };
    return (await this.#connection.call('connectBaselineCpu', args, options)).cpu;
  }

  /** The same of CPUs as domain capabilities have them (libvirt: virConnectBaselineHypervisorCPU). */
  async baselineForHypervisor(
    xmls: readonly string[],
    query: DomainCapabilitiesQuery = {},
    options: FlaggedOptions<typeof BaselineCpuFlag> = {},
  ): Promise<string> {
    const args = { ...nullable(query), cpus: [...xmls], flags: flagBits(BaselineCpuFlag, options.flags) };
    return (await this.#connection.call('connectBaselineHypervisorCpu', args, options)).cpu;
  }
}

function comparison(result: number): CpuComparison | 'unknown' {
  return CpuComparison[result] ?? 'unknown';
}

/** NULL where the server is to choose. */
export function nullable({
  emulator = null,
  arch = null,
  machine = null,
  virtType = null,
}: { [K in keyof DomainCapabilitiesQuery]: DomainCapabilitiesQuery[K] | null }) {
  return { emulator, arch, machine, virtType };
}
