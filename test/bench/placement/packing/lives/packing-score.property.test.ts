import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPackingWeights, packingScore } from './packing-score.ts';
import { DemandMix, type Shape, strandedShare } from './stranding.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const shapes: fc.Arbitrary<Shape[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 64 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((sizes) => mixOf(sizes.map(([cpu, memory]) => [cpu / 64, memory / 64])).top(8));

function mixOf(requests: readonly number[][], max?: number): DemandMix {
  const mix = new DemandMix(max);
  for (const request of requests) mix.add(request);
  return mix;
}

const even = mixOf([[1 / 8, 1 / 8]]).top(8);

describe('what is stranded', () => {
  it('is a share of the host, and nothing where nothing is free', () => {
    fc.assert(
      fc.property(shapes, share, share, (mix, cpu, memory) => {
        const stranded = strandedShare([cpu, memory], mix);
        expect(stranded).toBeGreaterThanOrEqual(0);
        expect(stranded).toBeLessThanOrEqual(Math.max(cpu, memory) + 1e-9);
        expect(strandedShare([0, 0], mix)).toBe(0);
      }),
    );
  });

  it.each([
    ['nothing, where all that is free can be used', [1 / 2, 1 / 2], 0],
    ['one dimension without the other', [0, 1 / 2], 1 / 2],
    ['what is too small for the next', [3 / 16, 3 / 16], 1 / 16],
    ['nothing, but for the last bit of a share', [0.1 + 0.2 - 0.3 + 1 / 8 - 1e-12, 1 / 8], 0],
  ])('is %s', (_what, free, stranded) => {
    expect(strandedShare(free, even)).toBeCloseTo(stranded, 9);
  });

  it('counts each shape by what was asked for of it', () => {
    const mix = mixOf([
      [1 / 2, 1 / 4],
      [1 / 4, 1 / 4],
      [1 / 4, 1 / 4],
      [1 / 4, 1 / 4],
      [1 / 4, 1 / 4],
    ]).top(8);
    expect(mix.map(({ weight }) => weight)).toEqual([2 / 3, 1 / 3]);
    expect(strandedShare([1 / 4, 1 / 4], mix)).toBeCloseTo((1 / 3) * (1 / 4), 9);
  });
});

describe('the mix of what is asked for', () => {
  it('remembers no more shapes than it may, and drops those of the least weight', () => {
    const requests = Array.from({ length: 100 }, (_, i) => [1 / (i + 2), 1 / (i + 2)]);
    const mix = mixOf([[1, 1], ...requests], 4);
    expect(mix.top(100)).toHaveLength(4);
    expect(mix.top(1)[0]?.shares[0]).toBe(1);
  });
});

describe('the packing score', () => {
  const score = (before: number[], vm: number[], mix = even) => {
    const after = before.map((free, d) => free - (vm[d] as number));
    return packingScore(after, strandedShare(before, mix), mix, defaultPackingWeights);
  };
  const small = [1 / 64, 1 / 64];

  it('prefers the host with the least left', () => {
    expect(score([3 / 16, 3 / 16], small)).toBeLessThan(score([7 / 16, 7 / 16], small));
  });

  it('prefers to leave dimensions in balance, whatever is asked for', () => {
    expect(score([3 / 4, 1 / 2], [1 / 2, 1 / 4], [])).toBeLessThan(score([1 / 2, 3 / 4], [1 / 2, 1 / 4], []));
  });

  it('prefers a gap that is broken already to one that is whole, though more is left there', () => {
    expect(score([5 / 32, 5 / 32], small)).toBeLessThan(score([1 / 8, 1 / 8], small));
  });

  it('is best fit alone where the other weights are 0', () => {
    fc.assert(
      fc.property(share, share, (cpu, memory) => {
        const weights = { left: 1, imbalance: 0, stranding: 0 };
        expect(packingScore([cpu, memory], 0, even, weights)).toBeCloseTo(cpu + memory, 9);
      }),
    );
  });
});
