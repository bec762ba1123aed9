import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageBin, ageBins, ageEdges, shareOfBin } from './ages.ts';

const edge = (index: number) => ageEdges[index] as number;

describe('the bins of age', () => {
  it('grow from a minute to years', () => {
    expect([edge(0), edge(1), edge(3)]).toEqual([0, 60, 120]);
    expect(edge(ageBins) / (365 * 86_400)).toBeGreaterThan(3);
  });

  it('hold each age between their edges, and an edge in the bin it begins', () => {
    for (let bin = 0; bin < ageBins; bin++) expect(ageBin(edge(bin))).toBe(bin);
    fc.assert(
      fc.property(fc.double({ min: 0, max: edge(ageBins) - 1, noNaN: true }), (age) => {
        const bin = ageBin(age);
        expect(age).toBeGreaterThanOrEqual(edge(bin));
        expect(age).toBeLessThan(edge(bin + 1));
      }),
    );
  });

  it('end with one for all that is older', () => {
    expect(ageBin(1e12)).toBe(ageBins - 1);
    expect(shareOfBin(ageBins - 1, 1e12)).toBeGreaterThan(1);
  });
});
