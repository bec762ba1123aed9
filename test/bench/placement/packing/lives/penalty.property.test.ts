import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { horizonCount, type Stay, stayUntil } from './horizons.ts';
import { HostExits } from './host-exits.ts';
import {
  costOfStay,
  defaultLifetimeWeights,
  horizonWeights,
  lifetimePenalty,
  scarcityOf,
} from './penalty.ts';

const hour = 3600;
const stay: fc.Arbitrary<Stay> = fc
  .array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: horizonCount, maxLength: horizonCount })
  .map((shares) => Float32Array.from(shares.toSorted((a, b) => b - a)));
const share = fc.double({ min: 0, max: 1, noNaN: true });

function penaltyOn(
  host: readonly Stay[],
  vm: Stay,
  size = 0.1,
  scarcity = 1,
  weights = defaultLifetimeWeights,
) {
  const exits = new HostExits(1);
  exits.renew(0, host, 0);
  return lifetimePenalty(exits, 0, costOfStay(vm, size, weights, horizonWeights(weights.farness), scarcity));
}

const [short, day, forever] = [stayUntil(hour), stayUntil(24 * hour), stayUntil(Number.POSITIVE_INFINITY)];

describe('the penalty of a lifetime', () => {
  it('is a finite number, never negative', () => {
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 5 }), stay, share, share, (host, vm, size, scarcity) => {
        const penalty = penaltyOn(host, vm, size, scarcity);
        expect(penalty).toBeGreaterThanOrEqual(0);
        expect(penalty).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('is nothing where the VM stays as long as its host for certain', () => {
    for (const both of [short, day, forever]) expect(penaltyOn([both], both)).toBeCloseTo(0, 9);
  });

  it('grows with the time by which the VM outlives the host, and is least where it does not', () => {
    expect(penaltyOn([short], forever)).toBeGreaterThan(penaltyOn([short], day));
    expect(penaltyOn([short], forever)).toBeGreaterThan(penaltyOn([day], forever));
    expect(penaltyOn([forever], forever)).toBe(0);
  });

  it('counts a likely stay more than an unlikely one', () => {
    fc.assert(
      fc.property(share, share, (one, other) => {
        const vm = (likely: number) => new Float32Array(horizonCount).fill(likely);
        const penalty = (likely: number) => penaltyOn([short], vm(likely), 0.1, 0);
        expect(Math.sign(penalty(one) - penalty(other))).toBe(
          Math.sign(Math.fround(one) - Math.fround(other)),
        );
      }),
    );
  });

  it('keeps large VMs that will be gone off lasting hosts more than small ones, where room is scarce', () => {
    expect(penaltyOn([forever], short, 0.5)).toBeGreaterThan(penaltyOn([forever], short, 0.01));
    expect(penaltyOn([forever], short, 0.5, 0)).toBe(0);
    // Not so far that a small one is sent to a host that it would keep open.
    expect(penaltyOn([forever], day, 0.01)).toBeLessThan(penaltyOn([short], day, 0.01));
  });

  it('counts far horizons alike, or by their length', () => {
    expect([...horizonWeights(0)]).toEqual(Array.from({ length: horizonCount }, () => 1));
    const weights = horizonWeights(1);
    for (let k = 1; k < horizonCount; k++) expect(weights[k]).toBeCloseTo(2 * (weights[k - 1] as number), 9);
  });
});

describe('room is scarce', () => {
  it.each([
    [0, 0],
    [0.9, 0],
    [0.975, 0.5],
    [1, 1],
    [1.2, 1],
  ])('with %s of it used: %s', (used, scarcity) => {
    expect(scarcityOf(used)).toBeCloseTo(scarcity, 9);
  });
});
