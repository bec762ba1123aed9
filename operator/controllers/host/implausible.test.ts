import { describe, expect, it } from 'vitest';
import type { HostFacts, NumaCell } from '../../hypervisor/hypervisor.ts';
import { implausible } from './implausible.ts';

const gib = 2 ** 30;
const cell = (id: number, cpus: number, memoryBytes: number): NumaCell => ({
  id,
  cpus,
  cpuSet: '',
  memoryBytes,
  hugePages: [],
});
const withPages = (pageBytes: number, count: number): Partial<HostFacts> => ({
  numaCells: [{ ...cell(0, 32, 64 * gib), hugePages: [{ pageBytes, count }] }],
});

const facts = {
  hostUUID: '6f0c1b9e-8f43-4a36-9d6c-1f2b3c4d5e6f',
  cpu: { sockets: 2, cores: 8, threads: 2, count: 32 },
  memoryBytes: 64 * gib,
  numaCells: [cell(0, 16, 32 * gib), cell(1, 16, 31 * gib)],
} as HostFacts;

const withCpu = (cpu: Partial<HostFacts['cpu']>) => ({ ...facts, cpu: { ...facts.cpu, ...cpu } });

describe('what a host says of itself', () => {
  it.each<[string, Partial<HostFacts>]>([
    ['two cells with a bit less than the whole', {}],
    ['cells that know nothing yet of memory that was plugged in', { numaCells: [cell(0, 32, 32 * gib)] }],
    ['no cells', { numaCells: [] }],
    ['cells that tell nothing of their memory', { numaCells: [cell(0, 32, 0)] }],
    ['a cell of CPUs alone and one of memory alone', { numaCells: [cell(0, 32, 0), cell(4, 0, 64 * gib)] }],
    ['all of its memory in huge pages', withPages(2 ** 21, 32 * 1024)],
    ['the largest machine there is', { memoryBytes: 2 ** 47, numaCells: [] }],
  ])('may be: %s', (_, said) => {
    expect(implausible({ ...facts, ...said })).toBeUndefined();
  });

  it.each<[Partial<HostFacts>, string]>([
    [{ memoryBytes: 0 }, 'it has 0 of memory'],
    [{ memoryBytes: -gib }, 'it has -1Gi of memory'],
    [{ memoryBytes: Number.NaN }, 'it has NaN of memory'],
    [{ memoryBytes: Number.POSITIVE_INFINITY }, 'it has Infinity of memory'],
    [{ memoryBytes: 1.5 }, 'it has 1.5 of memory'],
    [{ memoryBytes: 2 ** 53 }, 'it has 8Pi of memory'],
    [withCpu({ count: 0 }), 'it has 0 CPUs'],
    [withCpu({ count: -4 }), 'it has -4 CPUs'],
    [withCpu({ count: 1e9 }), 'it has 1000000000 CPUs'],
    [withCpu({ count: Number.NaN }), 'it has NaN CPUs'],
    [withCpu({ sockets: 2 ** 31 }), 'its CPUs have 2147483648 sockets'],
    [{ hostUUID: '' }, 'its uuid is ""'],
    [
      { numaCells: [cell(0, 16, 32 * gib), cell(0, 16, 32 * gib)] },
      'two of its NUMA cells have the number 0',
    ],
    [{ numaCells: [cell(-1, 32, 64 * gib)] }, 'one of its NUMA cells has the number -1'],
    [{ numaCells: [cell(0, Number.NaN, 64 * gib)] }, 'its NUMA cell 0 has NaN CPUs'],
    [{ numaCells: [cell(0, 32, -gib)] }, 'its NUMA cell 0 has -1Gi of memory'],
    [{ numaCells: [cell(0, 32, 128 * gib)] }, 'its NUMA cells have 128Gi of memory, and it has 64Gi'],
    [{ numaCells: [cell(0, 64, 64 * gib)] }, 'its NUMA cells have 64 CPUs, and it has 32'],
    [withPages(2 ** 21, 1e30), `its NUMA cell 0 has ${1e30} huge pages of 2Mi`],
    [withPages(2 ** 21, -1), 'its NUMA cell 0 has -1 huge pages of 2Mi'],
    [withPages(Number.NaN, 4), 'its NUMA cell 0 has 4 huge pages of NaN'],
    [withPages(2 ** 30, 128), 'it has 128Gi of memory in huge pages, and 64Gi in all'],
    [{ numaCells: Array.from({ length: 257 }, (_, id) => cell(id, 0, 0)) }, 'it has 257 NUMA cells'],
  ])('cannot be: %j', (said, clause) => {
    expect(implausible({ ...facts, ...said })).toBe(clause);
  });
});
