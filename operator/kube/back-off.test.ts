import { describe, expect, it } from 'vitest';
import { BackOff } from './back-off.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const base = { firstMs: 100, longestMs: 1_000, random: () => 1 };
const next = (backOff: BackOff, count: number) => Array.from({ length: count }, () => backOff.nextMs());

describe('a back-off', () => {
  it('doubles up to its longest delay, and begins again after a success', () => {
    const backOff = new BackOff(base);
    expect(next(backOff, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    backOff.reset();
    expect(next(backOff, 2)).toEqual([100, 200]);
  });

  it('is random by half', () => {
    expect(next(new BackOff({ ...base, random: () => 0 }), 3)).toEqual([50, 100, 200]);
  });

  it('begins again after a try that took long', async () => {
    const clock = new VirtualClock();
    const backOff = new BackOff({ ...base, endsRow: { ms: 500, clock } });
    await clock.advance(1);
    const delayOf = async (triedForMs: number) => {
      const delayMs = backOff.nextMs();
      await clock.advance(delayMs + triedForMs);
      return delayMs;
    };
    expect(await delayOf(0)).toBe(100);
    expect(await delayOf(499)).toBe(200);
    expect(await delayOf(500)).toBe(400);
    expect(await delayOf(0)).toBe(100);
  });

  it('counts its own delays as no try, however long they are', async () => {
    const clock = new VirtualClock();
    const backOff = new BackOff({ ...base, endsRow: { ms: 500, clock } });
    for (const expected of [100, 200, 400, 800, 1_000]) {
      const delayMs = backOff.nextMs();
      expect(delayMs).toBe(expected);
      await clock.advance(delayMs);
    }
  });
});
