import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, fewestToCover, inOrderOfUse } from './candidates.ts';

const candidate = (vm: number, share: number, cost = share): Candidate => ({ vm, share, cost });

describe('the fewest VMs that make up an excess', () => {
  it.each([
    [[5, 3, 1], 0, 0],
    [[5, 3, 1], 5, 1],
    [[1, 3, 5], 6, 2],
    [[5, 3, 1], 9, 3],
    [[5, 3, 1], 10, Number.POSITIVE_INFINITY],
  ])('of %j for %d is %d', (shares, excess, fewest) => {
    expect(fewestToCover(shares, excess)).toBe(fewest);
  });
});

describe('the order in which VMs are tried', () => {
  const order = (candidates: Candidate[], excess: number) =>
    inOrderOfUse(candidates, excess).map(({ vm }) => vm);

  it('begins with the smallest that is enough alone', () => {
    expect(order([candidate(0, 9), candidate(1, 5), candidate(2, 4)], 5)[0]).toBe(1);
  });

  it('begins with one that the largest complete, where no VM is enough alone', () => {
    // 9 + 3 make up 12, as 9 + 5 do; 2 would take a third.
    expect(order([candidate(0, 9), candidate(1, 5), candidate(2, 3), candidate(3, 2)], 12)[0]).toBe(2);
  });

  it('takes of those that are of equal use the cheapest', () => {
    expect(order([candidate(0, 5, 30), candidate(1, 6, 10), candidate(2, 5, 20)], 5)[0]).toBe(1);
  });

  const shares = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 });

  it('taken from the front until the excess is made up needs no more than the fewest', () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 100 }), (all, excess) => {
        let candidates = all.map((share, vm) => candidate(vm, share));
        const fewest = fewestToCover(all, excess);
        fc.pre(Number.isFinite(fewest));
        let [left, taken] = [excess, 0];
        for (; left > 0; taken++) {
          const [first] = inOrderOfUse(candidates, left) as [Candidate];
          candidates = candidates.filter(({ vm }) => vm !== first.vm);
          left -= first.share;
        }
        expect(taken).toBe(fewest);
      }),
    );
  });

  it('holds all of them once', () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 700 }), (all, excess) => {
        const numbers = order(
          all.map((share, vm) => candidate(vm, share)),
          excess,
        );
        expect(numbers.sort((a, b) => a - b)).toEqual([...all.keys()]);
      }),
    );
  });
});
