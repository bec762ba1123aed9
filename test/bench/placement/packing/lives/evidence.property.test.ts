import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageBins, ageEdges } from './ages.ts';
import { Curve, Evidence } from './evidence.ts';

const hour = 3600;
const age = fc.double({ min: 0, max: 1e9, noNaN: true });

interface Watched {
  from: number;
  to: number;
  ended: boolean;
}

const watched: fc.Arbitrary<Watched> = fc
  .record({ a: age, b: age, ended: fc.boolean() })
  .map(({ a, b, ended }) => ({ from: Math.min(a, b), to: Math.max(a, b), ended }));
const lives = fc.array(watched, { maxLength: 40 });

function evidenceOf(all: readonly Watched[]): Evidence {
  const evidence = new Evidence();
  for (const { from, to, ended } of all) evidence.add(from, to, ended);
  return evidence;
}

const curveOf = (all: readonly Watched[], prior?: Curve) => new Curve(evidenceOf(all), prior, 5);

/** Lives of `n` VMs of a kind that ends at a constant rate, all watched from their beginning to `until`. */
function exponential(n: number, mean: number, until = Number.POSITIVE_INFINITY): Watched[] {
  return Array.from({ length: n }, (_, index) => {
    const life = -mean * Math.log((index + 0.5) / n);
    return { from: 0, to: Math.min(life, until), ended: life <= until };
  });
}

describe('a survival curve', () => {
  it('begins at 1 and never rises', () => {
    fc.assert(
      fc.property(lives, fc.array(age, { minLength: 2, maxLength: 20 }), (all, ages) => {
        const curve = curveOf(all);
        expect(curve.survival(0)).toBe(1);
        const shares = ages.toSorted((a, b) => a - b).map((one) => curve.survival(one));
        for (const [index, share] of shares.entries()) {
          expect(share).toBeLessThanOrEqual(shares[index - 1] ?? 1);
          expect(share).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('is the same whether lives are told whole or in pieces, and in whatever order', () => {
    fc.assert(
      fc.property(lives, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const pieces = all.flatMap(({ from, to, ended }) => {
          const middle = from + (to - from) * share;
          return [
            { from: middle, to, ended },
            { from, to: middle, ended: false },
          ];
        });
        const [whole, parts] = [evidenceOf(all), evidenceOf(pieces.toReversed())];
        expect(parts.ended).toEqual(whole.ended);
        for (const [bin, sum] of whole.watched.entries()) expect(parts.watched[bin]).toBeCloseTo(sum, 6);
      }),
    );
  });

  it('says of a VM that lived on what is left of the curve from there', () => {
    fc.assert(
      fc.property(lives, age, age, age, (all, lived, more, further) => {
        const curve = curveOf(all);
        const once = curve.survivalAfter(lived, more + further);
        expect(once).toBeCloseTo(
          curve.survivalAfter(lived, more) * curve.survivalAfter(lived + more, further),
          6,
        );
      }),
    );
  });

  it('finds the rate of lives that end at a constant one', () => {
    const curve = curveOf(exponential(20_000, 5 * hour));
    for (const hours of [1, 5, 10]) expect(curve.survival(hours * hour)).toBeCloseTo(Math.exp(-hours / 5), 1);
    expect(curve.expectedRemaining(0, 720 * hour) / hour).toBeCloseTo(5, 0);
  });

  it('knows an age at which all of a kind end', () => {
    const curve = curveOf(Array.from({ length: 100 }, () => ({ from: 0, to: hour, ended: true })));
    expect(curve.survival(hour / 2)).toBeGreaterThan(0.9);
    expect(curve.survival(2 * hour)).toBeLessThan(0.1);
  });

  it('is not misled by VMs that still run (censored)', () => {
    const half = curveOf(exponential(20_000, 5 * hour, 4 * hour));
    expect(half.survival(3 * hour)).toBeCloseTo(Math.exp(-3 / 5), 1);
  });

  it('is not misled where only those that lived on were seen (truncated)', () => {
    const seen = exponential(20_000, 5 * hour)
      .filter(({ to }) => to > 3 * hour)
      .map((life) => ({ ...life, from: 3 * hour }));
    expect(curveOf(seen).survivalAfter(3 * hour, 5 * hour)).toBeCloseTo(Math.exp(-1), 1);
  });

  it('expects more of a VM that outlived the short-lived ones of its kind', () => {
    const mixed = [...exponential(900, hour / 6), ...exponential(100, 240 * hour)];
    const curve = curveOf(mixed);
    const [young, old] = [0, 6 * hour].map((lived) => curve.expectedRemaining(lived, 1e8));
    expect(old).toBeGreaterThan(3 * (young as number));
  });

  it('expects of no VM more than the limit, nor less than nothing', () => {
    fc.assert(
      fc.property(lives, age, age, (all, lived, limit) => {
        const expected = curveOf(all).expectedRemaining(lived, limit);
        expect(expected).toBeGreaterThanOrEqual(0);
        expect(expected).toBeLessThanOrEqual(limit * (1 + 1e-9) + 1e-6);
      }),
    );
  });
});

describe('a curve with little evidence', () => {
  const general = curveOf(exponential(1000, hour));

  it('is the one of the more general kind where there is none', () => {
    const none = new Curve(new Evidence(), general, 5);
    for (const [bin, share] of none.ending.entries())
      expect(share).toBeCloseTo(general.ending[bin] as number, 9);
  });

  it('leaves it as evidence grows', () => {
    const long = (n: number) => curveOf(exponential(n, 100 * hour), general).survival(2 * hour);
    expect(long(1)).toBeGreaterThan(general.survival(2 * hour));
    expect(long(10)).toBeGreaterThan(long(1));
    expect(long(1000)).toBeGreaterThan(0.9);
  });
});

it('takes as much memory for a million lives as for one', () => {
  const evidence = evidenceOf(exponential(100_000, hour));
  expect([evidence.watched.length, evidence.ended.length]).toEqual([ageBins, ageBins]);
  expect(evidence.ends).toBe(100_000);
  expect(ageEdges).toHaveLength(ageBins + 1);
});
