import { describe, expect, it } from 'vitest';
import { measure, type VmSample } from './contention.ts';

const second = 1e9;
const gib = 2 ** 30;
const at = (atMs: number, more: Partial<VmSample> = {}): VmSample => ({ atMs, ranNs: 0, ...more });
const contention = (before: VmSample, after: VmSample) => measure(before, after)?.contention;

describe('CPU', () => {
  it('is lacking by the part of its time that a VM waited although it had work', () => {
    const before = at(0, { ranNs: 5 * second, waitedNs: second });
    const after = at(10_000, { ranNs: 8 * second, waitedNs: 2 * second });
    expect(measure(before, after)).toEqual({ contention: { cpu: 0.25, memory: 0 }, demand: 0.4 });
  });

  it('is not lacking for a VM that had nothing to do, nor for one of which nothing is told', () => {
    expect(contention(at(0), at(10_000))).toMatchObject({ cpu: 0 });
    expect(contention(at(0), at(10_000, { ranNs: second }))).toMatchObject({ cpu: 0 });
  });

  it('is hardly lacking for a VM at rest that waits as long as it runs', () => {
    const after = at(10_000, { ranNs: 0.05 * second, waitedNs: 0.05 * second });
    expect(contention(at(0, { waitedNs: 0 }), after)?.cpu).toBeCloseTo(0.02);
  });

  it('is told from when the host begins to tell it, not from all that came before', () => {
    expect(contention(at(0), at(10_000, { ranNs: second, waitedNs: 500 * second }))).toMatchObject({
      cpu: 0,
    });
  });
});

describe('memory', () => {
  const ballooned = (share: number, more: Partial<VmSample> = {}) =>
    ({ memoryBytes: gib, balloonBytes: (1 - share) * gib, ...more }) as const;

  it('is lacking by what the balloon has taken', () => {
    expect(contention(at(0), at(1_000, ballooned(0.25)))).toMatchObject({ memory: 0.25 });
  });

  it('is lacking by what comes back from swap, where the balloon has taken some', () => {
    const swap = (atMs: number, swappedInBytes: number) => at(atMs, ballooned(0.1, { swappedInBytes }));
    expect(contention(swap(0, 0), swap(10_000, 0.05 * gib))).toMatchObject({ memory: 0.5 });
    expect(contention(swap(0, 0), swap(1_000, gib))).toMatchObject({ memory: 1 });
    expect(contention(swap(0, gib), swap(1_000, gib))?.memory).toBeCloseTo(0.1);
  });

  it('of a guest that swaps with all that it was promised is no lack: the guest is too small', () => {
    const swap = (atMs: number, swappedInBytes: number) => at(atMs, ballooned(0, { swappedInBytes }));
    expect(contention(swap(0, 0), swap(1_000, gib))).toMatchObject({ memory: 0 });
  });

  it('that grew beyond what was promised is no lack', () => {
    expect(contention(at(0), at(1_000, ballooned(-1)))).toMatchObject({ memory: 0 });
  });
});

it('nothing is told by counters that began anew, nor by two samples of one moment', () => {
  const before = at(5_000, { ranNs: second, waitedNs: second });
  expect(measure(before, at(6_000, { ranNs: 0, waitedNs: second }))).toBeUndefined();
  expect(measure(before, at(6_000, { ranNs: second, waitedNs: 0 }))).toBeUndefined();
  expect(measure(before, before)).toBeUndefined();
  expect(measure(before, at(4_000, { ranNs: second, waitedNs: second }))).toBeUndefined();
});
