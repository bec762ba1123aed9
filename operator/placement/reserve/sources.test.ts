import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Sources } from './sources.ts';

const change = fc.record({ domain: fc.nat(5), sizes: fc.tuple(fc.nat(9), fc.nat(9)) });

/** By definition: the sum of the largest needs of as many domains as may fail. */
function keptOf(needs: Map<number, number[]>, failures: number, dimension: number): number {
  const amounts = [...needs.values()].map((need) => need[dimension] ?? 0).sort((a, b) => b - a);
  return amounts.slice(0, failures).reduce((sum, amount) => sum + amount, 0);
}

it('keeps room for the domains that would send the most, and foretells how much more another VM would need', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(change, { maxLength: 30 }), (failures, changes) => {
      const sources = new Sources(failures, 2);
      const needs = new Map<number, number[]>();
      for (const { domain, sizes } of changes) {
        const need = needs.get(domain) ?? [0, 0];
        const foretold = sizes.map((size, dimension) => sources.keptWith(domain, dimension, size));
        sources.add(domain, Float64Array.from(sizes));
        needs.set(domain, [(need[0] ?? 0) + sizes[0], (need[1] ?? 0) + sizes[1]]);
        const kept = [0, 1].map((dimension) => sources.kept(dimension));
        expect(kept).toEqual([keptOf(needs, failures, 0), keptOf(needs, failures, 1)]);
        expect(foretold).toEqual(kept);
      }
      for (const { domain, sizes } of changes) {
        sources.remove(domain, Float64Array.from(sizes));
        const need = needs.get(domain) ?? [0, 0];
        needs.set(domain, [(need[0] ?? 0) - sizes[0], (need[1] ?? 0) - sizes[1]]);
        const kept = [0, 1].map((dimension) => sources.kept(dimension));
        expect(kept).toEqual([keptOf(needs, failures, 0), keptOf(needs, failures, 1)]);
      }
      expect([sources.kept(0), sources.kept(1), sources.largest(0)]).toEqual([0, 0, undefined]);
    }),
  );
});

it('tells the domain that sends the most', () => {
  const sources = new Sources(1, 2);
  sources.add(1, Float64Array.of(4, 1));
  sources.add(2, Float64Array.of(3, 0));
  sources.add(2, Float64Array.of(2, 0));
  expect([sources.largest(0), sources.largest(1)]).toEqual([2, 1]);
});
