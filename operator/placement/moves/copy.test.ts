import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultCopySettings, predictCopy } from './copy.ts';

const GiB = 1024 ** 3;

describe('the prediction of a migration', () => {
  it('of an idle guest is its memory over the bandwidth', () => {
    expect(predictCopy(10 * GiB, 0, GiB)).toEqual({
      ...{ seconds: 2 + 10, downtimeSeconds: 0, copiedBytes: 10 * GiB, rounds: 1 },
    });
  });

  it('sums up passes that shrink by dirty rate over bandwidth', () => {
    // 8, 4, 2, 1, 0.5 GiB while it runs, and the last quarter while it stands still.
    expect(predictCopy(8 * GiB, GiB / 2, GiB)).toEqual({
      ...{ seconds: 2 + 15.75, downtimeSeconds: 0.25, copiedBytes: 15.75 * GiB, rounds: 5 },
    });
  });

  it('is that it does not end when the guest dirties as fast as the link sends', () => {
    expect(predictCopy(GiB, GiB, GiB)).toBeUndefined();
    expect(predictCopy(GiB, 2 * GiB, GiB)).toBeUndefined();
    expect(predictCopy(64 * GiB, 0.99 * GiB, GiB)).toBeUndefined();
    expect(predictCopy(0, 0, 0)).toBeUndefined();
  });

  const amount = fc.integer({ min: 1, max: 1_000_000 });

  it('comes to memory / (bandwidth - dirty rate), but for what the downtime leaves out', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 80 }), (memory, percent) => {
        const bandwidth = 1_000;
        const dirty = (percent / 100) * bandwidth;
        const cost = predictCopy(memory, dirty, bandwidth, { ...defaultCopySettings, fixedSeconds: 0 });
        const whole = memory / (bandwidth - dirty);
        expect(cost?.seconds).toBeLessThanOrEqual(whole * (1 + 1e-9));
        expect(cost?.seconds).toBeGreaterThanOrEqual(whole - (0.3 * dirty) / (bandwidth - dirty) - 1e-9);
        expect(cost?.downtimeSeconds).toBeLessThanOrEqual(defaultCopySettings.maxDowntimeSeconds);
      }),
    );
  });

  it('never falls when there is more memory, a higher dirty rate, or less bandwidth', () => {
    const seconds = (memory: number, dirty: number, bandwidth: number) =>
      predictCopy(memory, dirty, bandwidth)?.seconds ?? Number.POSITIVE_INFINITY;
    fc.assert(
      fc.property(amount, amount, amount, amount, (memory, dirty, bandwidth, more) => {
        const base = seconds(memory, dirty, bandwidth) * (1 - 1e-9);
        expect(seconds(memory + more, dirty, bandwidth)).toBeGreaterThanOrEqual(base);
        // One pass fewer or more may leave out what the guest stands still for.
        expect(seconds(memory, dirty + more, bandwidth)).toBeGreaterThanOrEqual(base - 0.3);
        expect(seconds(memory, dirty, Math.max(1, bandwidth - more))).toBeGreaterThanOrEqual(base - 0.3);
      }),
    );
  });
});
