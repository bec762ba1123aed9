import type { CallOptions } from '../../connection/pending-call.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
import { memoryParameters } from '../parameter-types.ts';
import { typedParameters } from '../parameters.ts';
import type { DomainCalls } from './domain-calls.ts';

/** What is known of a guest's memory; most only if its balloon driver tells. */
export type MemoryStats = { readonly [S in (typeof statistics)[number][0]]?: bigint };

/** Each statistic with what one of it is, in the order of libvirt's numbers (libvirt: virDomainMemoryStatTags). */
const statistics = [
  ['swapInBytes', 1024n],
  ['swapOutBytes', 1024n],
  ['majorFaults', 1n],
  ['minorFaults', 1n],
  ['unusedBytes', 1024n],
  ['availableBytes', 1024n],
  ['balloonBytes', 1024n],
  ['residentBytes', 1024n],
  ['usableBytes', 1024n],
  ['lastUpdateSeconds', 1n],
  ['diskCachesBytes', 1024n],
  ['hugePageAllocations', 1n],
  ['hugePageFailures', 1n],
] as const;

/** What the domain's process may take of the host; null is without limit. */
export interface MemoryLimits {
  hardBytes?: bigint | null | undefined;
  softBytes?: bigint | null | undefined;
  /** Of memory and swap together. */
  swapHardBytes?: bigint | null | undefined;
}

const limitFields = {
  hardBytes: 'hard_limit',
  softBytes: 'soft_limit',
  swapHardBytes: 'swap_hard_limit',
} as const satisfies Record<keyof MemoryLimits, keyof typeof memoryParameters>;

/** libvirt: VIR_DOMAIN_MEMORY_PARAM_UNLIMITED. */
const unlimitedKiB = 2n ** 53n - 1n;

/** A domain's memory. */
export class DomainMemory {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** What the balloon may grow to (libvirt: virDomainGetMaxMemory). */
  async maximumBytes(options?: CallOptions): Promise<number> {
    return Number((await this.#calls.ask('domainGetMaxMemory', {}, options)).memory) * 1024;
  }

  /** Balloon target, or the maximum with the flag; rounded up to KiB; flags: MemoryFlag (libvirt: virDomainSetMemoryFlags). */
  async set(memoryBytes: number, options: FlaggedOptions = {}): Promise<void> {
    const args = { memoryKiB: BigInt(Math.ceil(memoryBytes / 1024)) };
    await this.#calls.inLane('domainSetMemoryFlags', args, options);
  }

  /** libvirt: virDomainMemoryStats. */
  async stats(options?: CallOptions): Promise<MemoryStats> {
    const args = { maxStats: statistics.length, flags: 0 };
    const { stats } = await this.#calls.inLane('domainMemoryStats', args, options);
    return Object.fromEntries(
      stats.flatMap(({ tag, value }) => {
        const [name, unit] = statistics[tag] ?? [];
        return name === undefined ? [] : [[name, value * unit]];
      }),
    );
  }

  /** How often the guest's balloon driver tells; 0 for never; flags: Affect (libvirt: virDomainSetMemoryStatsPeriod). */
  async setStatsPeriod(seconds: number, options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.inLane('domainSetMemoryStatsPeriod', { period: seconds }, options);
  }

  /** Writes it to a file of the host; format: CoreDumpFormat; flags: CoreDumpFlag (libvirt: virDomainCoreDumpWithFormat). */
  async dump(file: string, options: FlaggedOptions & { format?: number | undefined } = {}): Promise<void> {
    const args = { to: file, dumpformat: options.format ?? 0 };
    await this.#calls.inLane('domainCoreDumpWithFormat', args, options);
  }

  /** flags: Affect (libvirt: virDomainGetMemoryParameters). */
  async limits(options: FlaggedOptions = {}): Promise<MemoryLimits> {
    const parameters = await this.#calls.parameters('domainGetMemoryParameters', {}, options);
    return Object.fromEntries(
      Object.entries(limitFields).flatMap(([name, field]) => {
        const value = parameters.get(field);
        return typeof value === 'bigint' ? [[name, value === unlimitedKiB ? null : value * 1024n]] : [];
      }),
    );
  }

  /** Sets those that are given, rounded up to KiB; flags: Affect (libvirt: virDomainSetMemoryParameters). */
  async setLimits(limits: MemoryLimits, options: FlaggedOptions = {}): Promise<void> {
    const inKiB = (bytes: bigint | null | undefined) =>
      bytes === null ? unlimitedKiB : bytes && ceilKiB(bytes);
    const params = typedParameters(memoryParameters, {
      hard_limit: inKiB(limits.hardBytes),
      soft_limit: inKiB(limits.softBytes),
      swap_hard_limit: inKiB(limits.swapHardBytes),
    });
    await this.#calls.inLane('domainSetMemoryParameters', { params }, options);
  }
}

function ceilKiB(bytes: bigint): bigint {
  return (bytes + 1023n) / 1024n;
}
