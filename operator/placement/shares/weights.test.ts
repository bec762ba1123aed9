import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuWeights, type WeighedVm } from './weights.ts';

const tree = new Map<string, { weight: number; parentName?: string }>([
  ['gold', { weight: 300 }],
  ['tin', { weight: 100 }],
  ['web', { weight: 200, parentName: 'gold' }],
  ['data', { weight: 100, parentName: 'gold' }],
]);
const vm = (id: string, share: string | undefined, cpus = 1): WeighedVm => ({ id, share, cpus });
const weigh = (...vms: WeighedVm[]) => Object.fromEntries(cpuWeights(tree, vms));

describe('CPUs of a host that are short are divided', () => {
  it('evenly, as whatever else runs there, where nobody is of more weight', () => {
    expect(weigh(vm('a', 'tin'), vm('b', 'tin'), vm('c', undefined), vm('d', undefined))).toEqual({
      ...{ a: 100, b: 100, c: 100, d: 100 },
    });
  });

  it('between shares by their weights, however many VMs they have', () => {
    expect(weigh(vm('a', 'gold'), vm('b', 'tin'), vm('c', 'tin'), vm('d', 'tin'))).toEqual({
      ...{ a: 300, b: 33, c: 33, d: 33 },
    });
  });

  it('within a share by the CPUs of its VMs', () => {
    expect(weigh(vm('a', 'tin', 3), vm('b', 'tin', 1))).toEqual({ a: 150, b: 50 });
  });

  it('along the tree, among those that have VMs there', () => {
    expect(weigh(vm('a', 'web'), vm('b', 'data'), vm('c', 'tin'))).toEqual({ a: 150, b: 75, c: 75 });
    expect(weigh(vm('a', 'data'), vm('c', 'tin'))).toEqual({ a: 150, c: 50 });
    expect(weigh(vm('a', 'data'), vm('b', 'gold'))).toEqual({ a: 100, b: 100 });
  });

  it('in amounts that control groups take', () => {
    const crowd = Array.from({ length: 99 }, (_, index) => vm(`${index}`, 'gold', 0.001 + index * 100));
    const weights = Object.values(weigh(...crowd, vm('alone', 'tin', 512)));
    expect(Math.min(...weights)).toBe(2);
    expect(Math.max(...weights)).toBeLessThanOrEqual(10_000);
  });

  it('whoever is there: each share has its part of all', () => {
    const anyVm = fc.record({
      share: fc.constantFrom('gold', 'tin', 'web', 'data', undefined),
      cpus: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(fc.array(anyVm, { minLength: 1, maxLength: 30 }), (some) => {
        const vms = some.map((one, index) => ({ id: `${index}`, ...one }));
        const weights = cpuWeights(tree, vms);
        const sum = (...shares: (string | undefined)[]) =>
          vms
            .filter(({ share }) => shares.includes(share))
            .reduce((all, { id }) => all + (weights.get(id) ?? 0), 0);
        const groups = [
          { weight: 300, has: sum('gold', 'web', 'data') },
          { weight: 100, has: sum('tin') },
          { weight: 100, has: sum(undefined) },
        ].filter(({ has }) => has > 0);
        const all = groups.reduce((total, { weight }) => total + weight, 0);
        for (const { weight, has } of groups) {
          const part = (vms.length * 100 * weight) / all;
          // Weights are whole, and at least 2.
          expect(Math.abs(has - part)).toBeLessThanOrEqual(2 * vms.length);
        }
      }),
    );
  });
});
