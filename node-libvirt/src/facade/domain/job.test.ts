import { describe, expect, it } from 'vitest';
import type { ProcedureName, Ret } from '../../protocol/procedures.ts';
import { AbortJobFlag, DirtyRateFlag, MaxSpeedFlag } from '../constants/index.ts';
import type { Domain } from '../domain.ts';
import { dom, sent, uuid } from '../testing/sent.ts';

describe('the job of a domain', () => {
  it('is told in short', async () => {
    const data = { dataTotal: 30n, dataProcessed: 10n, dataRemaining: 20n };
    const mem = { memTotal: 0n, memProcessed: 0n, memRemaining: 0n };
    const file = { fileTotal: 0n, fileProcessed: 0n, fileRemaining: 0n };
    const ret = { type: 1, timeElapsed: 5n, timeRemaining: 7n, ...data, ...mem, ...file };
    const { result } = await sent('domainGetJobInfo', ret, (h) => h.domain(uuid).job.info());
    expect(result).toEqual({
      ...{ type: 'Bounded', elapsedMs: 5, remainingMs: 7 },
      ...{ totalBytes: 30n, processedBytes: 10n, remainingBytes: 20n },
    });
  });

  it.each([
    [5, 'migrationOut'],
    [99, 'unknown'],
  ])('says what it does: %d', async (value, operation) => {
    const params = [{ field: 'operation', type: 'int', value } as const];
    const { result } = await sent('domainGetJobStats', { type: 2, params }, (h) =>
      h.domain(uuid).job.stats(),
    );
    expect(result).toEqual({ type: 'Unbounded', operation, stats: new Map([['operation', value]]) });
  });

  it('is ended, by the call that old servers know unless there is a need for the newer one', async () => {
    expect((await sent('domainAbortJob', {}, (h) => h.domain(uuid).job.abort())).args).toEqual({ dom });
    const forced = await sent('domainAbortJobFlags', {}, (h) =>
      h.domain(uuid).job.abort({ flags: AbortJobFlag.PostCopy }),
    );
    expect(forced.args).toEqual({ dom, flags: 1 });
  });
});

describe('a migration', () => {
  it.each<[ProcedureName, Ret<ProcedureName>, (domain: Domain) => Promise<unknown>, object, unknown]>([
    ['domainMigrateSetMaxSpeed', {}, (d) => d.setMigrationSpeed(9n), { bandwidth: 9n, flags: 0 }, undefined],
    [
      'domainMigrateGetMaxSpeed',
      { bandwidth: 9n },
      (d) => d.migration.speed({ flags: MaxSpeedFlag.PostCopy }),
      { flags: 1 },
      9n,
    ],
    [
      'domainMigrateSetMaxDowntime',
      {},
      (d) => d.setMigrationDowntime(5n),
      { downtime: 5n, flags: 0 },
      undefined,
    ],
    ['domainMigrateGetMaxDowntime', { downtime: 5n }, (d) => d.migration.downtime(), { flags: 0 }, 5n],
    [
      'domainMigrateSetCompressionCache',
      {},
      (d) => d.migration.setCompressionCache(64n),
      { cacheSize: 64n, flags: 0 },
      undefined,
    ],
    [
      'domainMigrateGetCompressionCache',
      { cacheSize: 64n },
      (d) => d.migration.compressionCacheBytes(),
      { flags: 0 },
      64n,
    ],
    ['domainMigrateStartPostCopy', {}, (d) => d.migration.startPostCopy(), { flags: 0 }, undefined],
    [
      'domainStartDirtyRateCalc',
      {},
      (d) => d.migration.measureDirtyRate(2, { flags: DirtyRateFlag.DirtyRing }),
      { seconds: 2, flags: 2 },
      undefined,
    ],
  ])('%s', async (name, ret, act, args, result) => {
    expect(await sent(name, ret, (h) => act(h.domain(uuid)))).toMatchObject({
      args: { dom, ...args },
      result,
    });
  });
});
