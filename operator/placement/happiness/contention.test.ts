import { describe, expect, it } from 'vitest';
import { contentionBetween, type VmSample } from './contention.ts';

const second = 1e9;
const gib = 2 ** 30;
const at = (atMs: number, more: Partial<VmSample> = {}): VmSample => ({ atMs, ranNs: 0, ...more });

describe('CPU', () => {
  it('is lacking by the part of its time that a VM waited although it had work', () => {
    const before = at(0, { ranNs: 5 * second, waitedNs: second });
    const after = at(10_000, { ranNs: 8 * second, waitedNs: 2 * second });
    expect(contentionBetween(before, after)).toEqual({ cpu: 0.25, memory: 0, numa: 0 });
  });

  it('is not lacking for a VM that had nothing to do, nor for one of which nothing is told', () => {
    expect(contentionBetween(at(0), at(10_000))).toMatchObject({ cpu: 0 });
    expect(contentionBetween(at(0), at(10_000, { ranNs: second }))).toMatchObject({ cpu: 0 });
  });
});

describe('memory', () => {
  it('is lacking by what the balloon has taken', () => {
    const after = at(1_000, { memoryBytes: 4 * gib, balloonBytes: 3 * gib });
    expect(contentionBetween(at(0), after)).toMatchObject({ memory: 0.25 });
  });

  it('is lacking by what comes back from swap', () => {
    const swap = (atMs: number, swappedInBytes: number) => at(atMs, { memoryBytes: gib, swappedInBytes });
    expect(contentionBetween(swap(0, 0), swap(10_000, 0.05 * gib))).toMatchObject({ memory: 0.5 });
    expect(contentionBetween(swap(0, 0), swap(1_000, gib))).toMatchObject({ memory: 1 });
    expect(contentionBetween(swap(0, gib), swap(1_000, gib))).toMatchObject({ memory: 0 });
  });

  it('that grew beyond what was promised is no lack', () => {
    const after = at(1_000, { memoryBytes: gib, balloonBytes: 2 * gib });
    expect(contentionBetween(at(0), after)).toMatchObject({ memory: 0 });
  });
});

it('memory on other cells is told as it is, within its bounds', () => {
  expect(contentionBetween(at(0), at(1_000, { remoteShare: 0.3 }))).toMatchObject({ numa: 0.3 });
  for (const remoteShare of [-1, Number.NaN]) {
    expect(contentionBetween(at(0), at(1_000, { remoteShare }))).toMatchObject({ numa: 0 });
  }
});

it('nothing is told by counters that began anew, nor by two samples of one moment', () => {
  const before = at(5_000, { ranNs: second, waitedNs: second });
  expect(contentionBetween(before, at(6_000, { ranNs: 0, waitedNs: second }))).toBeUndefined();
  expect(contentionBetween(before, at(6_000, { ranNs: second, waitedNs: 0 }))).toBeUndefined();
  expect(contentionBetween(before, before)).toBeUndefined();
  expect(contentionBetween(before, at(4_000, { ranNs: second, waitedNs: second }))).toBeUndefined();
});
