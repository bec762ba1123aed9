import { type CallOptions, type DomainStatsRecord, ErrorCode, type HypervisorConnection } from 'node-libvirt';
import type { DomainStatistics, HostStatistics } from '../hypervisor.ts';
import { hasCode } from './errors.ts';

/**
 * Asking takes a moment of each guest's monitor. A guest that never answers keeps one call of this lane, no matter how
 * often it is asked, and who asks gives up soon.
 */
const limits = { timeoutMs: 20_000, lane: 'statistics' };

/** One call for all domains that run, and a few for the host. */
export async function readStatistics(
  libvirt: HypervisorConnection,
  options: CallOptions,
): Promise<HostStatistics> {
  const [records, cpu, memory] = await Promise.all([
    libvirt.domainStats({
      ...{ ...options, ...limits },
      groups: ['Vcpu', 'Balloon'],
      flags: ['Active', 'NoWait'],
    }),
    ifOffered(cpuOf(libvirt, options)),
    ifOffered(memoryOf(libvirt, options)),
  ]);
  return {
    ...(cpu ? { cpu } : {}),
    ...(memory ? { memory } : {}),
    domains: records.flatMap((record) => domainStatistics(record) ?? []),
  };
}

async function ifOffered<T>(answer: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasCode(error, ErrorCode.NO_SUPPORT, ErrorCode.OPERATION_UNSUPPORTED)) return undefined;
    throw error;
  }
}

async function cpuOf({ host }: HypervisorConnection, options: CallOptions): Promise<HostStatistics['cpu']> {
  const stats = await host.cpus.stats(undefined, { ...options, ...limits });
  const of = (kind: string) => Number(stats.get(kind) ?? 0n);
  const busyNs = of('kernel') + of('user') + of('intr');
  const totalNs = busyNs + of('idle') + of('iowait');
  return totalNs > 0 ? { busyNs, totalNs } : undefined;
}

/** Buffers and caches are there for whoever needs the memory. */
async function memoryOf(
  { host }: HypervisorConnection,
  options: CallOptions,
): Promise<HostStatistics['memory']> {
  const stats = await host.memory.statsBytes(undefined, { ...options, ...limits });
  const of = (kind: string) => Number(stats.get(kind) ?? 0n);
  const totalBytes = of('total');
  const usedBytes = Math.max(0, totalBytes - of('free') - of('buffers') - of('cached'));
  return totalBytes > 0 ? { usedBytes, totalBytes } : undefined;
}

/** Undefined for a domain whose vCPUs libvirt tells nothing of. */
export function domainStatistics({
  uuid,
  stats,
}: Pick<DomainStatsRecord, 'uuid' | 'stats'>): DomainStatistics | undefined {
  const vcpus = { time: 0, wait: 0, delay: 0 };
  let told = false;
  for (const [name, value] of stats) {
    if (!name.startsWith('vcpu.')) continue;
    const field = name.slice(name.lastIndexOf('.') + 1);
    if (field !== 'time' && field !== 'wait' && field !== 'delay') continue;
    vcpus[field] += amount(value) ?? 0;
    told ||= field === 'time';
  }
  if (!told) return undefined;
  const bytes = (name: string) => {
    const kib = amount(stats.get(`balloon.${name}`));
    return kib === undefined ? undefined : kib * 1024;
  };
  return {
    ...{ uuid, ranNs: vcpus.time, waitedNs: waited(vcpus) },
    ...{ memoryBytes: bytes('maximum'), balloonBytes: bytes('current'), swappedInBytes: bytes('swap_in') },
  };
}

/**
 * Libvirt has the time that vCPUs waited for a CPU from two places of the kernel, of which a host may have either or none:
 * it says 0 for what the kernel does not count. (docs/placement/happiness.md)
 */
function waited({ wait, delay }: { wait: number; delay: number }): number | undefined {
  return delay || wait || undefined;
}

/** No statistic of these is below 0, or no number. */
function amount(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number < Number.POSITIVE_INFINITY ? number : undefined;
}
