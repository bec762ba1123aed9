import { describe, expect, it } from 'vitest';
import { type Trace, trace2017, trace2020 } from './traces.ts';

/** The greatest sum of the scarcer resource from the beginning to the end, in hosts. */
function peakBound({ begin, end, vms }: Trace): number {
  const changes = vms
    .flatMap(({ cpu, memory, start, end: last }) => [
      { at: start, cpu, memory },
      { at: last, cpu: -cpu, memory: -memory },
    ])
    .sort((a, b) => a.at - b.at || a.cpu - b.cpu);
  let [cpu, memory, peak] = [0, 0, 0];
  for (const change of changes.filter(({ at }) => at <= end)) {
    cpu += change.cpu;
    memory += change.memory;
    if (change.at >= begin) peak = Math.max(peak, cpu, memory);
  }
  return peak;
}

describe('the traces', () => {
  it.each([
    ['2020', () => trace2020('sample-0'), 52_509, 602.0],
    ['2020, by batches', () => trace2020('sample-batched-0'), 52_314, 461.5],
    ['2017, the part that is tuned on', () => trace2017('dev'), 259_159, 689.9],
    ['2017, the part that is shown', () => trace2017('test'), 410_276, 1003.6],
  ])('of %s are whole', (_name, load, count, bound) => {
    const trace = load();
    expect(trace.vms).toHaveLength(count);
    expect(trace.vms.every(({ start, end }) => start < end)).toBe(true);
    expect(trace.vms.every(({ cpu, memory }) => cpu > 0 && cpu <= 1 && memory > 0 && memory <= 1)).toBe(true);
    expect(peakBound(trace)).toBeCloseTo(bound, 1);
  });
});
