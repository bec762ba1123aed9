import { describe, expect, it } from 'vitest';
import { Connection } from '../../connection/connection.ts';
import type { TypedParameter } from '../../protocol/typed-parameter.ts';
import { FakeServer } from '../../testing/fake-server.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { Affect, VcpuFlag } from '../constants/index.ts';
import { Domain } from '../domain.ts';
import { dom, sent, uuid } from '../testing/sent.ts';

function start() {
  const server = new FakeServer();
  const connection = new Connection(server.connect(), { clock: new VirtualClock() });
  return { server, domain: new Domain(connection, uuid) };
}

describe('vCPUs', () => {
  it('are counted, plugged in and out', async () => {
    const count = await sent('domainGetVcpusFlags', { num: 4 }, (h) =>
      h.domain(uuid).vcpus.count({ flags: VcpuFlag.Maximum }),
    );
    expect([count.args, count.result]).toEqual([{ dom, flags: 4 }, 4]);
    const some = await sent('domainSetVcpu', {}, (h) =>
      h.domain(uuid).vcpus.set([2, 3], true, { flags: Affect.Live }),
    );
    expect(some.args).toEqual({ dom, cpumap: '2,3', state: 1, flags: 1 });
  });

  it('tell what they do, and on which CPU', async () => {
    const { server, domain } = start();
    const info = [
      { number: 0, state: 1, cpuTime: 9n, cpu: 5 },
      { number: 1, state: 7, cpuTime: 0n, cpu: -1 },
    ];
    server
      .on('domainGetVcpusFlags', () => ({ num: 2 }))
      .on('domainGetVcpus', () => ({ info, cpumaps: new Uint8Array() }));
    expect(await domain.vcpus.info()).toEqual([
      { number: 0, state: 'running', cpuTimeNanoseconds: 9n, cpu: 5 },
      { number: 1, state: 'unknown', cpuTimeNanoseconds: 0n, cpu: undefined },
    ]);
    expect(server.callsOf('domainGetVcpus')[0]?.args).toEqual({ dom, maxinfo: 2, maplen: 0 });
  });

  it('tell where they may run: one map for each, as long as was asked for', async () => {
    const { server, domain } = start();
    server
      .on('domainGetVcpusFlags', () => ({ num: 3 }))
      .on('domainGetVcpuPinInfo', ({ ncpumaps, maplen }) => {
        const cpumaps = new Uint8Array(ncpumaps * maplen);
        cpumaps.set([0b11, 1], 0);
        cpumaps.set([0b100], maplen);
        return { cpumaps, num: 2 };
      });
    expect(await domain.vcpus.pins({ flags: Affect.Config })).toEqual([[0, 1, 8], [2]]);
    expect(server.calls.map(({ args }) => args)).toEqual([
      { dom, flags: 2 | 4 },
      { dom, ncpumaps: 3, maplen: 1024, flags: 2 },
    ]);
  });

  it('are pinned, and so is the emulator', async () => {
    const pinned = await sent('domainPinVcpuFlags', {}, (h) => h.domain(uuid).vcpus.pin(1, [0, 9]));
    expect({ ...pinned.args, cpumap: [...pinned.args.cpumap] }).toEqual({
      ...{ dom, vcpu: 1, cpumap: [1, 2], flags: 0 },
    });
    const emulator = await sent('domainPinEmulator', {}, (h) =>
      h.domain(uuid).vcpus.pinEmulator([2], { flags: 1 }),
    );
    expect({ ...emulator.args, cpumap: [...emulator.args.cpumap] }).toEqual({ dom, cpumap: [4], flags: 1 });
    const told = (ret: number) =>
      sent('domainGetEmulatorPinInfo', { cpumaps: Uint8Array.of(4), ret }, (h) =>
        h.domain(uuid).vcpus.emulatorPin(),
      );
    expect((await told(1)).args).toEqual({ dom, maplen: 1024, flags: 0 });
    expect([(await told(1)).result, (await told(0)).result]).toEqual([[2], []]);
  });
});

describe('CPU time', () => {
  const time = (value: bigint): TypedParameter => ({ field: 'cpu_time', type: 'ullong', value });

  it('is told in all', async () => {
    const { args, result } = await sent('domainGetCpuStats', { params: [time(7n)], nparams: 1 }, (h) =>
      h.domain(uuid).vcpus.stats(),
    );
    expect(args).toEqual({ dom, startCpu: -1, ncpus: 1, nparams: 1, flags: 4 });
    expect(result).toEqual(new Map([['cpu_time', 7n]]));
  });

  it('is told for each CPU, in as many calls as libvirt needs', async () => {
    const { calls, result } = await sent(
      'domainGetCpuStats',
      ({ startCpu, ncpus, nparams }) => {
        if (ncpus === 0) return { params: [], nparams: 130 };
        if (nparams === 0) return { params: [], nparams: 2 };
        // Of two that were promised, each CPU has one.
        return {
          params: Array.from({ length: ncpus }, (_, cpu) => time(BigInt(startCpu + cpu))),
          nparams: 1,
        };
      },
      (h) => h.domain(uuid).vcpus.statsByCpu(),
    );
    expect(calls.map(({ startCpu, ncpus, nparams }) => [startCpu, ncpus, nparams])).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [0, 128, 2],
      [128, 2, 2],
    ]);
    expect(result.map((stats) => stats.get('cpu_time'))).toEqual(
      Array.from({ length: 130 }, (_, cpu) => BigInt(cpu)),
    );
  });

  it('is told for no CPU when libvirt has no statistics of them', async () => {
    const { result } = await sent('domainGetCpuStats', { params: [], nparams: 0 }, (h) =>
      h.domain(uuid).vcpus.statsByCpu(),
    );
    expect(result).toEqual([]);
  });
});

describe('IO threads', () => {
  it('are listed, made and deleted', async () => {
    const info = [{ id: 1, cpumap: Uint8Array.of(3) }];
    const list = await sent('domainGetIothreadInfo', { info, count: 1 }, (h) =>
      h.domain(uuid).ioThreads.list({ flags: 2 }),
    );
    expect([list.args, list.result]).toEqual([{ dom, flags: 2 }, [{ id: 1, cpus: [0, 1] }]]);
    const added = await sent('domainAddIothread', {}, (h) => h.domain(uuid).ioThreads.add(2));
    expect(added.args).toEqual({ dom, iothreadId: 2, flags: 0 });
    const deleted = await sent('domainDelIothread', {}, (h) => h.domain(uuid).ioThreads.delete(2));
    expect(deleted.args).toEqual({ dom, iothreadId: 2, flags: 0 });
  });

  it('are pinned and set up', async () => {
    const pinned = await sent('domainPinIothread', {}, (h) => h.domain(uuid).ioThreads.pin(2, [3]));
    expect([pinned.args.iothreadsId, [...pinned.args.cpumap]]).toEqual([2, [8]]);
    const set = await sent('domainSetIothreadParams', {}, (h) =>
      h.domain(uuid).ioThreads.setParameters(2, { poll_max_ns: 32_768n, thread_pool_max: 8 }),
    );
    expect(set.args.params).toEqual([
      { field: 'poll_max_ns', type: 'ullong', value: 32_768n },
      { field: 'thread_pool_max', type: 'int', value: 8 },
    ]);
  });
});
