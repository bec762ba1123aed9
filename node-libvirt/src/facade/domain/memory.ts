import type { CallOptions } from '../../connection/pending-call.ts';
import { Affect, CoreDumpFlag, CoreDumpFormat, MemoryFlag } from '../constants/index.ts';
import { type FlaggedOptions, flagBits, numberOf, type OneOf } from '../flags.ts';
import { asLongAsItTakes } from '../long-call.ts';
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

  /** Balloon target, or with the flag Maximum what it may grow to; rounded up to KiB (libvirt: virDomainSetMemoryFlags). */
  async set(memoryBytes: number, options: FlaggedOptions<typeof MemoryFlag> = {}): Promise<void> {
    const args = {
      memoryKiB: BigInt(Math.ceil(memoryBytes / 1024)),
      flags: flagBits(MemoryFlag, options.flags),
    };
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

  /** How often the guest's balloon driver tells; 0 for never (libvirt: virDomainSetMemoryStatsPeriod). */
  async setStatsPeriod(seconds: number, options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    const args = { period: seconds, flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainSetMemoryStatsPeriod', args, options);
  }

  /** Writes it to a file of the host; no deadline unless one is given (libvirt: virDomainCoreDumpWithFormat). */
  async dump(
    file: string,
    options: FlaggedOptions<typeof CoreDumpFlag> & { format?: OneOf<typeof CoreDumpFormat> | undefined } = {},
  ): Promise<void> {
    const args = {
      to: file,
      dumpformat: numberOf(CoreDumpFormat, options.format ?? 'Raw'),
      flags: flagBits(CoreDumpFlag, options.flags),
    };
    await this.#calls.inLane('domainCoreDumpWithFormat', args, asLongAsItTakes(options));
  }

  /** libvirt: virDomainGetMemoryParameters. */
  async limits(options: FlaggedOptions<typeof Affect> = {}): Promise<MemoryLimits> {
    const flags = flagBits(Affect, options.flags);
    const parameters = await this.#calls.parameters('domainGetMemoryParameters', { flags }, options);
    return Object.fromEntries(
      Object.entries(limitFields).flatMap(([name, field]) => {
        const value = parameters.get(field);
        return typeof value === 'bigint' ? [[name, value === unlimitedKiB ? null : value * 1024n]] : [];
      }),
    );
  }

  /** Sets those that are given, rounded up to KiB (libvirt: virDomainSetMemoryParameters). */
  async setLimits(limits: MemoryLimits, options: FlaggedOptions<typeof Affect> = {}): Promise<void> {
    const inKiB = (bytes: bigint | null | undefined) =>
      bytes === null ? unlimitedKiB : bytes && ceilKiB(bytes);
    const params = typedParameters(memoryParameters, {
      hard_limit: inKiB(limits.hardBytes),
      soft_limit: inKiB(limits.softBytes),
      swap_hard_limit: inKiB(limits.swapHardBytes),
    });
    const args = { params, flags: flagBits(Affect, options.flags) };
    await this.#calls.inLane('domainSetMemoryParameters', args, options);
  }
}

function ceilKiB(bytes: bigint): bigint {
  return (bytes + 1023n) / 1024n;
}
