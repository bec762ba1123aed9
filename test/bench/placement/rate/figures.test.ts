import { describe, expect, it } from 'vitest';
import { type Faults, type PlacerName, type Result, type Results, rateFigures } from './figures.ts';
import type { Scheduling, Share } from './kube-scheduler/contest.ts';
import type { Pace } from './replay.ts';

const pace = { placements: 9, refusals: 1, rate: 10_000, rateOfCpu: 12_000, p50Ms: 1, p99Ms: 2, maxMs: 30 };
const result = (change: Partial<Pace> = {}, faults: Faults = {}): Result => ({
  ...{ pace: { ...pace, ...change }, faults },
});
const scheduling = (perSecond: number): Scheduling => ({
  ...{ bindings: 100, perSecond, perCpuSecond: 2 * perSecond, decisionMs: 8, faults: {} },
});

function results(engine: Result = result()): Results {
  return {
    hosts: 5_000,
    placers: new Map<PlacerName, Result>([
      ['engine, Spread', engine],
      ['engine, Pack', result()],
      ['best fit', result({ rate: 20_000 })],
      ['hybrid fit', result()],
    ]),
    schedulers: new Map<Share, Scheduling>([
      ['all nodes', scheduling(100)],
      ['default', scheduling(400)],
    ]),
    hail: [{ hosts: 100, seconds: [0.1, 0.3, 0.2], faults: 0 }],
  };
}
const goals = (engine?: Result) =>
  rateFigures(results(engine)).flatMap(({ name, goal, met }) => (goal ? [[name.trim(), met]] : []));

describe('the figures of the rate', () => {
  it('stand beside kube-scheduler that scores all nodes', () => {
    const [rate, ofCpu, ratio, decision] = rateFigures(results());
    expect(rate).toMatchObject({ value: 10_000, peer: { value: 100 }, goal: { min: 10_000 }, met: true });
    expect(ofCpu).toMatchObject({ value: 12_000, peer: { value: 200 } });
    expect(ratio).toMatchObject({ value: 100 });
    expect(decision).toMatchObject({ value: 1, peer: { value: 8 } });
  });

  it('have rows for every peer', () => {
    const names = rateFigures(results()).map(({ name }) => name);
    for (const peer of [
      'best fit',
      'hybrid fit',
      'kube-scheduler, all',
      'kube-scheduler, default',
      'hail, 100',
    ])
      expect(names.filter((name) => name.startsWith(peer))).toHaveLength(1);
    expect(rateFigures(results()).find(({ name }) => name.startsWith('hail'))?.value).toBe(200);
  });

  it('miss their goals below 10,000 a second, above 2 ms, and by any rule that is broken', () => {
    expect(goals().every(([, met]) => met)).toBe(true);
    const missed = goals(result({ rate: 9_999, p99Ms: 2.01 }, { spread: 2, capacity: 0, taint: 1 }));
    expect(missed.filter(([, met]) => !met).map(([name]) => name)).toEqual([
      'engine, Spread, 5000 hosts: placements a second',
      'one decision, p99',
      'rules broken by 9 placements: spread',
      'rules broken by 9 placements: taint',
    ]);
  });

  it('are not made when somebody was not there', () => {
    expect(() => rateFigures({ ...results(), schedulers: new Map() })).toThrow(
      'nothing was measured of all nodes',
    );
  });
});
