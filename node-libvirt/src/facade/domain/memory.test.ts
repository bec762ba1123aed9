import { describe, expect, it } from 'vitest';
import type { TypedParameter } from '../../protocol/typed-parameter.ts';
import { CoreDumpFlag, CoreDumpFormat } from '../constants/index.ts';
import { dom, sent, uuid } from '../testing/sent.ts';

const unlimitedKiB = 9_007_199_254_740_991n;

describe('the memory of a domain', () => {
  it('tells its maximum in bytes', async () => {
    const { result } = await sent('domainGetMaxMemory', { memory: 1024n }, (h) =>
      h.domain(uuid).memory.maximumBytes(),
    );
    expect(result).toBe(2 ** 20);
  });

  it('tells its statistics in bytes, counts and seconds, and leaves out what is not known yet', async () => {
    const stats = [
      { tag: 2, value: 5n },
      { tag: 4, value: 100n },
      { tag: 7, value: 200n },
      { tag: 9, value: 1_700_000_000n },
      { tag: 99, value: 1n },
    ];
    const { args, result } = await sent('domainMemoryStats', { stats }, (h) => h.domain(uuid).memory.stats());
    expect(args).toEqual({ dom, maxStats: 13, flags: 0 });
    expect(result).toEqual({
      majorFaults: 5n,
      unusedBytes: 102_400n,
      residentBytes: 204_800n,
      lastUpdateSeconds: 1_700_000_000n,
    });
  });

  it('is asked for statistics as often as is said', async () => {
    const { args } = await sent('domainSetMemoryStatsPeriod', {}, (h) =>
      h.domain(uuid).memory.setStatsPeriod(10, { flags: 1 }),
    );
    expect(args).toEqual({ dom, period: 10, flags: 1 });
  });

  it('tells its limits in bytes, and that there is none', async () => {
    const params: TypedParameter[] = [
      { field: 'hard_limit', type: 'ullong', value: 2048n },
      { field: 'soft_limit', type: 'ullong', value: unlimitedKiB },
    ];
    const { args, result } = await sent('domainGetMemoryParameters', { params, nparams: 2 }, (h) =>
      h.domain(uuid).memory.limits({ flags: 2 }),
    );
    expect(args).toEqual({ dom, nparams: 2, flags: 2 | 4 });
    expect(result).toEqual({ hardBytes: 2n ** 21n, softBytes: null });
  });

  it('gets limits, never lower than asked for, and loses them', async () => {
    const { args } = await sent('domainSetMemoryParameters', {}, (h) =>
      h.domain(uuid).memory.setLimits({ hardBytes: 2n ** 20n + 1n, swapHardBytes: null, softBytes: 0n }),
    );
    expect(args.params).toEqual([
      { field: 'hard_limit', type: 'ullong', value: 1025n },
      { field: 'soft_limit', type: 'ullong', value: 0n },
      { field: 'swap_hard_limit', type: 'ullong', value: unlimitedKiB },
    ]);
  });

  it('is dumped', async () => {
    const { args } = await sent('domainCoreDumpWithFormat', {}, (h) =>
      h.domain(uuid).memory.dump('/core', {
        format: CoreDumpFormat.KdumpZlib,
        flags: CoreDumpFlag.MemoryOnly,
      }),
    );
    expect(args).toEqual({ dom, to: '/core', dumpformat: 1, flags: 16 });
  });
});
