import { describe, expect, it } from 'vitest';
import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { VirtualMachineClass } from '../../api/virtualmachineclass.ts';
import { guestMemoryOf } from '../../placement/model/vm.ts';
import { countedVm, countingRemark } from './counting.ts';
import { vmState } from './translate.ts';

type Overcommit = NonNullable<VirtualMachineClass['spec']['overcommit']>;

const metadata = (name: string) => ({ name, uid: name, resourceVersion: '1' });
const pool = (cpuPercent = 400, memoryPercent = 100) =>
  ({
    metadata: metadata('default'),
    spec: { overcommit: { cpuPercent, memoryPercent }, networks: [], kernels: [] },
  }) as unknown as HostPool;
const vmClass = (overcommit?: Overcommit) =>
  ({
    metadata: metadata('steady'),
    spec: { cpu: { cores: 3 }, memory: { size: '1Gi' }, ...(overcommit ? { overcommit } : {}) },
  }) as VirtualMachineClass;
const vm = (status?: VirtualMachine['status']) =>
  ({ spec: { classRef: { name: 'steady' } }, ...(status ? { status } : {}) }) as VirtualMachine;
const gibibyte = 2 ** 30;

describe('a VM counts', () => {
  it.each([
    ['as it is, without an over-commit of its class', undefined, pool(), { cpu: 3, memory: gibibyte }],
    [
      'four times in a pool of four times the promise',
      { cpuPercent: 100 },
      pool(),
      { cpu: 12, memory: gibibyte },
    ],
    ['for less when its class shares more', { cpuPercent: 800 }, pool(), { cpu: 1.5, memory: gibibyte }],
    ['whole bytes', { memoryPercent: 150 }, pool(), { cpu: 3, memory: Math.ceil(gibibyte / 1.5) }],
    ['as it is, while its pool is not there', { cpuPercent: 100 }, undefined, { cpu: 3, memory: gibibyte }],
    ['256 TiB at most', { memoryPercent: 1 }, pool(400, 1_000_000_000), { cpu: 3, memory: 2 ** 48 }],
  ])('%s', (_name, overcommit, inPool, counts) => {
    expect(countedVm(vm(), { pool: inPool, vmClass: vmClass(overcommit) })).toEqual(counts);
  });

  it('by what it runs with, while that is more, and by that alone until it is stopped', () => {
    const allocated = { cpu: { cores: 8 }, memory: { size: '2Gi' } };
    const counting = { pool: pool(), vmClass: vmClass({ cpuPercent: 200 }) };
    expect(countedVm(vm({ powerState: 'Running', allocated }), counting)).toEqual({
      cpu: 16,
      memory: 2 * gibibyte,
    });
    expect(countedVm(vm({ powerState: 'Stopped', allocated }), counting)['cpu']).toBe(6);
  });

  it('by huge pages in place of memory, which nobody shares, and by both while it runs with other ones', () => {
    const memory = { size: '4Gi', hugePageSize: '2Mi' as const };
    const inPages = { ...vmClass({ cpuPercent: 400 }), spec: { cpu: { cores: 3 }, memory } };
    const counting = { pool: pool(), vmClass: inPages };
    expect(countedVm(vm(), counting)).toEqual({ cpu: 3, 'hugepages-2Mi': 4 * gibibyte });
    const allocated = { cpu: { cores: 1 }, memory: { size: '2Gi', hugePageSize: '1Gi' as const } };
    expect(countedVm(vm({ powerState: 'Running', allocated }), counting)).toEqual({
      ...{ cpu: 3, 'hugepages-2Mi': 4 * gibibyte, 'hugepages-1Gi': 2 * gibibyte },
    });
    expect(countingRemark(vm(), counting)).toBe('');
  });

  it('in its own bytes where it is to be stopped or moved, and says them only where its count does not', () => {
    const memoryOf = (of: VirtualMachine, counting: Parameters<typeof vmState>[1]) => {
      const spec = { ...of.spec, interfaces: [], placement: { hostPoolRef: { name: 'default' } } };
      const state = vmState({ ...of, metadata: metadata('a'), spec }, counting);
      return { bytes: guestMemoryOf(state), isSaid: state.guestMemoryBytes !== undefined };
    };
    const said = (bytes: number) => ({ bytes, isSaid: true });
    const unsaid = (bytes: number) => ({ bytes, isSaid: false });
    const inPool = { pool: pool(400, 200) };
    expect(memoryOf(vm(), { ...inPool, vmClass: vmClass() })).toEqual(unsaid(gibibyte));
    expect(memoryOf(vm(), { ...inPool, vmClass: vmClass({ memoryPercent: 100 }) })).toEqual(said(gibibyte));
    const memory = { size: '4Gi', hugePageSize: '2Mi' as const };
    const inPages = { ...inPool, vmClass: { ...vmClass(), spec: { cpu: { cores: 3 }, memory } } };
    expect(memoryOf(vm(), inPages)).toEqual(unsaid(4 * gibibyte));
    const allocated = { cpu: { cores: 1 }, memory: { size: '2Gi' } };
    expect(memoryOf(vm({ powerState: 'Stopped', allocated }), inPages)).toEqual(unsaid(4 * gibibyte));
    // It runs in ordinary memory and counts in both.
    expect(memoryOf(vm({ powerState: 'Running', allocated }), inPages)).toEqual(said(2 * gibibyte));
  });

  it('while its class is gone by what it asked for last, and for nothing if that was never known', () => {
    const size = { cpu: { cores: 3 }, memory: { size: '1Gi' }, overcommit: { cpuPercent: 100 } };
    const counting = { pool: pool(), vmClass: undefined };
    expect(countedVm(vm({ size }), counting)).toEqual({ cpu: 12, memory: gibibyte });
    expect(countedVm(vm(), counting)).toEqual({ cpu: 0, memory: 0 });
  });
});

describe('why it counts so', () => {
  it('is not said where it counts as it is', () => {
    expect(countingRemark(vm(), { pool: pool(), vmClass: vmClass({ cpuPercent: 400 }) })).toBe('');
  });

  it('is said of CPUs and of memory', () => {
    const counting = { pool: pool(), vmClass: vmClass({ cpuPercent: 300, memoryPercent: 50 }) };
    expect(countingRemark(vm(), counting)).toBe(
      'Its 3 CPUs count as 4: VirtualMachineClass steady promises 300 % of what hosts have, HostPool default 400 %. ' +
        'Its 1Gi of memory count as 2Gi: VirtualMachineClass steady promises 50 % of what hosts have, HostPool default 100 %.',
    );
  });
});
