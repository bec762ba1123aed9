import { describe, expect, it } from 'vitest';
import type { TypedParameter } from '../protocol/typed-parameter.ts';
import { BaselineCpuFlag, CompareCpuFlag, DomainCapabilitiesFlag, SuspendTarget } from './constants/index.ts';
import { sent } from './testing/sent.ts';

const anyMachine = { emulator: null, arch: null, machine: null, virtType: null };

describe('a host', () => {
  it('tells how it is reached and what drives it', async () => {
    expect((await sent('connectGetType', { type: 'QEMU' }, ({ host }) => host.type())).result).toBe('QEMU');
    const secure = await sent('connectIsSecure', { secure: 1 }, ({ host }) => host.isSecure());
    expect(secure.result).toBe(true);
    const sysinfo = await sent('connectGetSysinfo', { sysinfo: '<sysinfo/>' }, ({ host }) =>
      host.sysinfoXml(),
    );
    expect([sysinfo.args, sysinfo.result]).toEqual([{ flags: 0 }, '<sysinfo/>']);
  });

  it('tells its security model, which comes letter by letter, with and without C’s end', async () => {
    const letters = (text: string) => [...Buffer.from(text)];
    const ret = { model: [...letters('selinux'), 0], doi: letters('0') };
    const { result } = await sent('nodeGetSecurityModel', ret, ({ host }) => host.securityModel());
    expect(result).toEqual({ model: 'selinux', doi: '0' });
    const none = await sent('nodeGetSecurityModel', { model: [0], doi: [] }, ({ host }) =>
      host.securityModel(),
    );
    expect(none.result).toEqual({ model: '', doi: '' });
  });

  it('tells what SEV can do, with those parts that are text', async () => {
    const params: TypedParameter[] = [{ field: 'pdh', type: 'string', value: 'x' }];
    const { args, result } = await sent('nodeGetSevInfo', { params, nparams: 1 }, ({ host }) =>
      host.sevInfo(),
    );
    expect([args.flags, result.get('pdh')]).toEqual([4, 'x']);
  });

  it('sleeps', async () => {
    const { args } = await sent('nodeSuspendForDuration', {}, ({ host }) =>
      host.suspend(SuspendTarget.Mem, 60n),
    );
    expect(args).toEqual({ target: 0, duration: 60n, flags: 0 });
  });

  it('tells what pools and domains could be', async () => {
    const pools = await sent('connectGetStoragePoolCapabilities', { capabilities: '<a/>' }, ({ host }) =>
      host.storagePoolCapabilitiesXml(),
    );
    expect([pools.args, pools.result]).toEqual([{ flags: 0 }, '<a/>']);
    const sources = await sent('connectFindStoragePoolSources', { xml: '<sources/>' }, ({ host }) =>
      host.storagePoolSourcesXml('netfs', '<source/>'),
    );
    expect(sources.args).toEqual({ type: 'netfs', srcSpec: '<source/>', flags: 0 });
    const native = await sent('connectDomainXmlToNative', { nativeConfig: 'qemu -m 1' }, ({ host }) =>
      host.nativeConfig('qemu-argv', '<domain/>'),
    );
    expect([native.args, native.result]).toEqual([
      { nativeFormat: 'qemu-argv', domainXml: '<domain/>', flags: 0 },
      'qemu -m 1',
    ]);
    const domains = await sent('connectGetDomainCapabilities', { capabilities: '<a/>' }, ({ host }) =>
      host.domainCapabilitiesXml(
        { arch: 'x86_64' },
        { flags: DomainCapabilitiesFlag.DisableDeprecatedFeatures },
      ),
    );
    expect(domains.args).toEqual({ ...anyMachine, arch: 'x86_64', flags: 1 });
  });
});

describe('the CPUs of a host', () => {
  it('are told by number', async () => {
    const ret = { cpumap: Uint8Array.of(0b1011), online: 3, ret: 4 };
    const { args, result } = await sent('nodeGetCpuMap', ret, ({ host }) => host.cpus.map());
    expect(args).toEqual({ needMap: 1, needOnline: 1, flags: 0 });
    expect(result).toEqual({ present: 4, online: [0, 1, 3] });
  });

  it('tell their time, asked in the two steps that libvirt wants', async () => {
    const params = [{ field: 'user', value: 5n }];
    const { calls, result } = await sent(
      'nodeGetCpuStats',
      ({ nparams }) => ({ params: nparams === 0 ? [] : params, nparams: 1 }),
      ({ host }) => host.cpus.stats(),
    );
    expect(calls).toEqual([
      { cpuNum: -1, nparams: 0, flags: 0 },
      { cpuNum: -1, nparams: 1, flags: 0 },
    ]);
    expect(result).toEqual(new Map([['user', 5n]]));
    const one = await sent('nodeGetCpuStats', { params, nparams: 1 }, ({ host }) => host.cpus.stats(3));
    expect(one.args.cpuNum).toBe(3);
  });

  it.each([
    [0, 'incompatible'],
    [1, 'identical'],
    [2, 'superset'],
    [-1, 'unknown'],
    [9, 'unknown'],
  ])('are compared: %d', async (number, name) => {
    const { args, result } = await sent('connectCompareCpu', { result: number }, ({ host }) =>
      host.cpus.compare('<cpu/>', { flags: CompareCpuFlag.ValidateXml }),
    );
    expect([args, result]).toEqual([{ xml: '<cpu/>', flags: 2 }, name]);
  });

  it('are compared, and brought together, as the hypervisor has them', async () => {
    const compared = await sent('connectCompareHypervisorCpu', { result: 2 }, ({ host }) =>
      host.cpus.compareForHypervisor(
        '<cpu/>',
        { virtType: 'kvm' },
        { flags: CompareCpuFlag.FailIncompatible },
      ),
    );
    expect(compared).toMatchObject({
      args: { ...anyMachine, virtType: 'kvm', xml: '<cpu/>', flags: 1 },
      result: 'superset',
    });
    const flags = BaselineCpuFlag.Migratable;
    const baseline = await sent('connectBaselineHypervisorCpu', { cpu: '<cpu/>' }, ({ host }) =>
      host.cpus.baselineForHypervisor(['<a/>', '<b/>'], {}, { flags }),
    );
    expect(baseline).toMatchObject({
      args: { ...anyMachine, cpus: ['<a/>', '<b/>'], flags: 2 },
      result: '<cpu/>',
    });
    const plain = await sent('connectBaselineCpu', { cpu: '<cpu/>' }, ({ host }) =>
      host.cpus.baseline(['<a/>']),
    );
    expect(plain.args).toEqual({ cpus: ['<a/>'], flags: 0 });
  });

  it('bound what a domain can have', async () => {
    const most = await sent('connectGetMaxVcpus', { maxVcpus: 288 }, ({ host }) => host.cpus.maxVcpus());
    expect([most.args, most.result]).toEqual([{ type: null }, 288]);
    const kvm = await sent('connectGetMaxVcpus', { maxVcpus: 8 }, ({ host }) => host.cpus.maxVcpus('kvm'));
    expect(kvm.args).toEqual({ type: 'kvm' });
    const models = await sent('connectGetCpuModelNames', { models: ['qemu64'], ret: 1 }, ({ host }) =>
      host.cpus.modelNames('x86_64'),
    );
    expect([models.args, models.result]).toEqual([{ arch: 'x86_64', needResults: 1, flags: 0 }, ['qemu64']]);
  });
});

describe('the memory of a host', () => {
  it('is told in bytes, asked in the two steps that libvirt wants', async () => {
    const params = [{ field: 'free', value: 2n ** 53n }];
    const { calls, result } = await sent(
      'nodeGetMemoryStats',
      ({ nparams }) => ({ params: nparams === 0 ? [] : params, nparams: 1 }),
      ({ host }) => host.memory.statsBytes(1),
    );
    expect(calls).toEqual([
      { cellNum: 1, nparams: 0, flags: 0 },
      { cellNum: 1, nparams: 1, flags: 0 },
    ]);
    expect(result).toEqual(new Map([['free', 2n ** 63n]]));
  });

  it('tells free pages cell by cell', async () => {
    const { args, result } = await sent('nodeGetFreePages', { counts: [1n, 2n, 3n, 4n] }, ({ host }) =>
      host.memory.freePages([4, 2048], { first: 0, count: 2 }),
    );
    expect(args).toEqual({ pages: [4, 2048], startCell: 0, cellCount: 2, flags: 0 });
    expect(result).toEqual([
      new Map([
        [4, 1n],
        [2048, 2n],
      ]),
      new Map([
        [4, 3n],
        [2048, 4n],
      ]),
    ]);
    const whole = await sent('nodeGetFreePages', { counts: [5n] }, ({ host }) => host.memory.freePages([4]));
    expect([whole.args, whole.result]).toEqual([
      { pages: [4], startCell: -1, cellCount: 1, flags: 0 },
      [new Map([[4, 5n]])],
    ]);
  });

  it('gets huge pages: so many, or so many more', async () => {
    const counts = new Map([[2048, 16n]]);
    const set = await sent('nodeAllocPages', { ret: 1 }, ({ host }) => host.memory.allocatePages({ counts }));
    expect([set.args, set.result]).toEqual([
      { pageSizes: [2048], pageCounts: [16n], startCell: -1, cellCount: 1, flags: 1 },
      1,
    ]);
    const add = await sent('nodeAllocPages', { ret: 1 }, ({ host }) =>
      host.memory.allocatePages({ counts, add: true, cells: { first: 1, count: 2 } }),
    );
    expect(add.args).toMatchObject({ startCell: 1, cellCount: 2, flags: 0 });
  });

  it('tells and takes how equal pages are merged', async () => {
    const params: TypedParameter[] = [{ field: 'shm_pages_shared', type: 'ullong', value: 3n }];
    const { calls, result } = await sent('nodeGetMemoryParameters', { params, nparams: 1 }, ({ host }) =>
      host.memory.parameters(),
    );
    expect(calls).toEqual([
      { nparams: 0, flags: 4 },
      { nparams: 1, flags: 4 },
    ]);
    expect(result).toEqual(new Map([['shm_pages_shared', 3n]]));
    const set = await sent('nodeSetMemoryParameters', {}, ({ host }) =>
      host.memory.setParameters({ shm_pages_to_scan: 100 }),
    );
    expect(set.args.params).toEqual([{ field: 'shm_pages_to_scan', type: 'uint', value: 100 }]);
  });
});
