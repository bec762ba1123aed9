import { describe, expect, it } from 'vitest';
import { EncodeError } from '../../errors.ts';
import type { ProcedureName } from '../../protocol/procedures.ts';
import { BlockCommitFlag, BlockCopyFlag, BlockRebaseFlag } from '../constants/index.ts';
import { dom, sent, uuid } from '../testing/sent.ts';
import type { Disk } from './disk.ts';

describe('a disk', () => {
  it.each<[string, ProcedureName, (disk: Disk) => Promise<unknown>, object]>([
    ['resizes', 'domainBlockResize', (d) => d.resize(5n), { disk: 'vda', size: 5n, flags: 1 }],
    [
      'watches',
      'domainSetBlockThreshold',
      (d) => d.setThreshold(9n),
      { dev: 'vda', threshold: 9n, flags: 0 },
    ],
    [
      'copies',
      'domainBlockCopy',
      (d) => d.copy('<disk/>', { flags: BlockCopyFlag.TransientJob, bytesPerSecond: 10n, bufferBytes: 7n }),
      {
        path: 'vda',
        destxml: '<disk/>',
        params: [
          { field: 'bandwidth', type: 'ullong', value: 10n },
          { field: 'buf-size', type: 'ullong', value: 7n },
        ],
        flags: 4,
      },
    ],
    [
      'commits the image in use, as fast as it goes',
      'domainBlockCommit',
      (d) => d.commit({ flags: BlockCommitFlag.Active }),
      { disk: 'vda', base: null, top: null, bandwidth: 0n, flags: 4 | 16 },
    ],
    [
      'commits a part of the chain',
      'domainBlockCommit',
      (d) => d.commit({ base: 'vda[2]', top: 'vda[1]', bytesPerSecond: 100n }),
      { disk: 'vda', base: 'vda[2]', top: 'vda[1]', bandwidth: 100n, flags: 16 },
    ],
    [
      'pulls',
      'domainBlockPull',
      (d) => d.pull({ bytesPerSecond: 8n }),
      { path: 'vda', bandwidth: 8n, flags: 64 },
    ],
    [
      'rebases',
      'domainBlockRebase',
      (d) => d.rebase('/base', { flags: BlockRebaseFlag.Relative }),
      { path: 'vda', base: '/base', bandwidth: 0n, flags: 16 | 64 },
    ],
    [
      'slows its job down',
      'domainBlockJobSetSpeed',
      (d) => d.setJobSpeed(3n),
      { path: 'vda', bandwidth: 3n, flags: 1 },
    ],
    ['finishes its job', 'domainBlockJobAbort', (d) => d.finishJob(), { path: 'vda', flags: 2 }],
    ['aborts its job', 'domainBlockJobAbort', (d) => d.abortJob(), { path: 'vda', flags: 0 }],
    [
      'limits',
      'domainSetBlockIoTune',
      (d) => d.setIoTune({ total_iops_sec: 100n, group_name: 'slow' }, { flags: 1 }),
      {
        disk: 'vda',
        params: [
          { field: 'total_iops_sec', type: 'ullong', value: 100n },
          { field: 'group_name', type: 'string', value: 'slow' },
        ],
        flags: 1,
      },
    ],
  ])('%s', async (_what, name, act, args) => {
    expect((await sent(name, {}, (h) => act(h.domain(uuid).disk('vda')))).args).toEqual({ dom, ...args });
  });

  it('tells its sizes', async () => {
    const ret = { allocation: 1n, capacity: 2n, physical: 3n };
    const { result } = await sent('domainGetBlockInfo', ret, (h) => h.domain(uuid).disk('vda').info());
    expect(result).toEqual({ allocationBytes: 1n, capacityBytes: 2n, physicalBytes: 3n });
  });

  it('tells its job in bytes, also one of a type that is not known yet', async () => {
    const job = (found: number, type: number) =>
      sent('domainGetBlockJobInfo', { found, type, bandwidth: 7n, cur: 1n, end: 2n }, (h) =>
        h.domain(uuid).disk('vda').job(),
      );
    const commit = await job(1, 4);
    expect(commit.args).toEqual({ dom, path: 'vda', flags: 1 });
    expect(commit.result).toEqual({ type: 'activeCommit', current: 1n, end: 2n, bytesPerSecond: 7n });
    expect((await job(1, 99)).result).toMatchObject({ type: 'unknown' });
    expect((await job(0, 0)).result).toBeUndefined();
  });

  it('gives a part of what the guest sees', async () => {
    const { args, result } = await sent('domainBlockPeek', { buffer: Buffer.from('boot') }, (h) =>
      h.domain(uuid).disk('vda').peek(512n, 4),
    );
    expect(args).toEqual({ dom, path: 'vda', offset: 512n, size: 4, flags: 0 });
    expect(Buffer.from(result).toString()).toBe('boot');
  });

  it('reads statistics and limits', async () => {
    const one = [{ field: 'rd_bytes', type: 'llong', value: 5n } as const];
    const stats = await sent('domainBlockStatsFlags', { params: one, nparams: 1 }, (h) =>
      h.domain(uuid).disk('vda').stats(),
    );
    expect(stats.args).toEqual({ dom, path: 'vda', nparams: 1, flags: 4 });
    expect(stats.result).toEqual(new Map([['rd_bytes', 5n]]));
    const tune = await sent('domainGetBlockIoTune', { params: one, nparams: 1 }, (h) =>
      h.domain(uuid).disk('vda').ioTune({ flags: 2 }),
    );
    expect(tune.args).toEqual({ dom, disk: 'vda', nparams: 1, flags: 2 | 4 });
  });

  it('sends no limit that libvirt does not have', async () => {
    const misspelt: object = { total_iops: 100n };
    await expect(
      sent('domainSetBlockIoTune', {}, (h) => h.domain(uuid).disk('vda').setIoTune(misspelt)),
    ).rejects.toBeInstanceOf(EncodeError);
  });
});
