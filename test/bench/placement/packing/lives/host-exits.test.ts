import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Curve, Evidence } from './evidence.ts';
import { horizonCount, horizons, type Stay, stayOf, stayUntil } from './horizons.ts';
import { HostExits } from './host-exits.ts';

const hour = 3600;
const stay: fc.Arbitrary<Stay> = fc
  .array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: horizonCount, maxLength: horizonCount })
  .map((shares) => Float32Array.from(shares.toSorted((a, b) => b - a)));
const row = (exits: HostExits, index: number) => Array.from(horizons, (_, k) => exits.emptyBy(index, k));

describe('when a host is expected to be empty', () => {
  it('is always where it has no VM', () => {
    const exits = new HostExits(1);
    expect(row(exits, 0)).toEqual(Array.from(horizons, () => 1));
    expect(exits.exitSeconds(0)).toBe(900);
  });

  it('is when its last VM ends', () => {
    const exits = new HostExits();
    exits.place(3, stayUntil(2 * hour));
    exits.place(3, stayUntil(40 * hour));
    exits.place(3, stayUntil(1 * hour));
    expect(exits.exitSeconds(3)).toBe(64 * hour);
    exits.place(3, stayUntil(Number.POSITIVE_INFINITY));
    expect(exits.exitClass(3)).toBe(horizonCount);
    expect(exits.exitSeconds(3)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is hardly ever with many VMs that hardly ever stay', () => {
    const exits = new HostExits();
    const unlikely = new Float32Array(horizonCount).fill(0.05);
    exits.place(0, unlikely);
    expect(exits.exitClass(0)).toBe(0);
    for (let i = 0; i < 30; i++) exits.place(0, unlikely);
    expect(exits.exitClass(0)).toBe(horizonCount);
  });

  it('comes out the same VM by VM and worked out at once, and does not touch other hosts', () => {
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 8 }), fc.nat(20), (stays, index) => {
        const [online, batch] = [new HostExits(), new HostExits()];
        for (const one of stays) online.place(index, one);
        batch.place(index, stayUntil(1e9));
        batch.renew(index, stays, 0);
        if (stays.length > 0) expect(row(online, index)).toEqual(row(batch, index));
        const before = row(online, index);
        online.place(index + 1, stayUntil(1e9));
        expect(row(online, index)).toEqual(before);
        for (const share of row(batch, index)) expect(share).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is worked out anew when a VM left, or when too much time passed', () => {
    const exits = new HostExits();
    exits.renew(0, [stayUntil(hour)], 1000);
    expect(exits.isStale(0, 1600, 900)).toBe(false);
    expect(exits.isStale(0, 2000, 900)).toBe(true);
    exits.leave(0);
    expect(exits.isStale(0, 1000, 900)).toBe(true);
    expect(exits.isStale(7, 1000, 900)).toBe(true);
  });
});

describe('what is expected of a VM', () => {
  it('falls with each horizon, and is what its curve says', () => {
    const evidence = new Evidence();
    for (let i = 1; i < 100; i++) evidence.add(0, i * hour, true);
    const curve = new Curve(evidence, undefined, 1);
    const expected = stayOf(curve, 3 * hour);
    for (const [k, share] of expected.entries()) {
      expect(share).toBeLessThanOrEqual(expected[k - 1] ?? 1);
      expect(share).toBeCloseTo(curve.survivalAfter(3 * hour, horizons[k] as number), 5);
    }
  });
});
