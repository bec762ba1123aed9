import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Layout } from '../moves/layout.ts';
import { type Bound, boundProblems, rulesOf } from '../moves/testing/problems.ts';
import { faultsOf } from '../moves/testing/verifier.ts';
import { defaultRebalanceOptions, type RebalanceOptions } from './options.ts';
import { planRebalance, type RebalancePlan } from './plan.ts';

const objectives = fc.oneof(
  fc.record({ kind: fc.constant('balance' as const), tolerance: fc.constantFrom(0, 0.02, 0.1) }),
  fc.record({ kind: fc.constant('relieve' as const), knee: fc.constantFrom(0.3, 0.6) }),
);

const optionSets: fc.Arbitrary<RebalanceOptions> = fc
  .record({
    objective: objectives,
    weights: fc.constantFrom([1, 1], [0, 1], [0.5, 1]),
    maxMoves: fc.integer({ min: 0, max: 8 }),
    coolDownSeconds: fc.constantFrom(0, 3600),
    minImprovement: fc.constantFrom(0, 0.1),
    minGain: fc.constantFrom(0.001, 0.05),
    stableSeconds: fc.constantFrom(20, 3600),
    perHost: fc.integer({ min: 1, max: 2 }),
    perUplink: fc.integer({ min: 1, max: 2 }),
    total: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ minGain, stableSeconds, perHost, perUplink, total, ...more }) => ({
    ...defaultRebalanceOptions,
    ...more,
    worth: { minGain, stableSeconds },
    limits: { perHost, perUplink, total },
  }));

const planOf = (bound: Bound, options: RebalanceOptions) =>
  planRebalance(bound.problem, rulesOf(bound), options);

/** The level of each host by its definition, counted anew: `places` are the hosts on which each VM counts. */
function levelsOf(
  { problem }: Bound,
  { objective, weights = [] }: RebalanceOptions,
  places: readonly (readonly number[])[],
): number[] {
  const { hosts, vms, measured } = problem;
  const of = measured
    ? { width: measured.dimensions, asks: measured.demands, has: measured.capacities }
    : { width: problem.dimensions, asks: vms.requests, has: hosts.limits };
  const levels = Array<number>(hosts.count).fill(Number.NEGATIVE_INFINITY);
  for (let d = 0; d < of.width; d++) {
    const weight = weights[d] ?? 1;
    if (weight === 0) continue;
    const asked = (vm: number) => of.asks[vm * of.width + d] as number;
    const has = (host: number) => of.has[host * of.width + d] as number;
    let [sum, all] = [0, 0];
    for (let vm = 0; vm < vms.count; vm++) sum += asked(vm);
    for (let host = 0; host < hosts.count; host++) all += has(host);
    const base = objective.kind === 'balance' ? sum / all : objective.knee;
    for (let host = 0; host < hosts.count; host++) {
      let load = 0;
      for (const [vm, where] of places.entries()) if (where.includes(host)) load += asked(vm);
      levels[host] = Math.max(levels[host] as number, weight * (load / has(host) - base));
    }
  }
  return levels;
}

const worstLevel = (...counted: Parameters<typeof levelsOf>) => Math.max(...levelsOf(...counted));

const floorOf = ({ objective }: RebalanceOptions) => (objective.kind === 'balance' ? objective.tolerance : 0);

const distance = (bound: Bound, options: RebalanceOptions) =>
  levelsOf(bound, options, placesOf(bound)).reduce(
    (sum, level) => sum + Math.max(0, level - floorOf(options)) ** 2,
    0,
  );

const placesOf = ({ problem }: Bound) => [...problem.vms.host].map((host) => [host]);

const allMayMove = ({ problem: { vms } }: Bound) =>
  [...vms.host.keys()].every(
    (vm) => vms.fixed?.[vm] === 0 && vms.secondsSinceMove?.[vm] === Infinity && vms.dirtyRate[vm] === 1,
  );

function executed(bound: Bound, { waves }: RebalancePlan): Bound {
  const host = bound.problem.vms.host.slice();
  for (const { vm, to } of waves.flat()) host[vm] = to;
  return { ...bound, problem: { ...bound.problem, vms: { ...bound.problem.vms, host } } };
}

const runs = { numRuns: 400 };

describe('a plan', () => {
  it('goes through safe states only, within all limits', () => {
    fc.assert(
      fc.property(boundProblems, optionSets, (bound, options) => {
        const { waves } = planOf(bound, options);
        expect(faultsOf(bound, waves, options.limits)).toEqual([]);
        expect(waves.flat().length).toBeLessThanOrEqual(options.maxMoves);
        const since = (vm: number) => bound.problem.vms.secondsSinceMove?.[vm];
        for (const { vm } of waves.flat()) expect(since(vm)).toBeGreaterThanOrEqual(options.coolDownSeconds);
      }),
      runs,
    );
  });

  it('brings no host above what the worst was before, not even while VMs count on both', () => {
    fc.assert(
      fc.property(boundProblems, optionSets, (bound, options) => {
        const before = worstLevel(bound, options, placesOf(bound));
        let now = bound;
        for (const wave of planOf(bound, options).waves) {
          const places = placesOf(now);
          for (const { vm, to } of wave) places[vm]?.push(to);
          expect(worstLevel(now, options, places)).toBeLessThanOrEqual(before + 1e-6);
          now = executed(now, { waves: [wave], before: [], after: [] });
        }
      }),
      runs,
    );
  });

  it('does the least part of what is to do, or is empty', () => {
    fc.assert(
      fc.property(boundProblems, optionSets, (bound, options) => {
        const plan = planOf(bound, options);
        fc.pre(plan.waves.length > 0);
        const [before, after] = [distance(bound, options), distance(executed(bound, plan), options)];
        expect(after).toBeLessThan(before);
        // What VMs that must not move make up is nothing to do.
        if (allMayMove(bound))
          expect(after).toBeLessThanOrEqual(before * (1 - options.minImprovement) + 1e-9);
      }),
      runs,
    );
  });

  it('that was executed is followed by none where the aim is reached, and ends anyway', () => {
    fc.assert(
      fc.property(boundProblems, optionSets, (start, options) => {
        let bound = start;
        for (let round = 0; ; round++) {
          const plan = planOf(bound, options);
          if (plan.waves.length === 0) break;
          bound = executed(bound, plan);
          expect(round).toBeLessThan(30);
          if (worstLevel(bound, options, placesOf(bound)) <= floorOf(options))
            expect(planOf(bound, options).waves).toEqual([]);
        }
      }),
      runs,
    );
  });

  it('is the same every time, and leaves problem and rules as they were', () => {
    fc.assert(
      fc.property(boundProblems, optionSets, (bound, options) => {
        const rules = rulesOf(bound);
        const before = structuredClone(bound.problem);
        const plan = planRebalance(bound.problem, rules, options);
        expect(bound.problem).toEqual(before);
        expect(planRebalance(bound.problem, rules, options)).toEqual(plan);
        expect(planOf(bound, options)).toEqual(plan);
      }),
    );
  });

  it('has moves that are worth their cost only, and swaps whole', () => {
    fc.assert(
      fc.property(boundProblems, optionSets, (bound, options) => {
        const moves = planOf(bound, options).waves.flat();
        const of = new Map(moves.map((move) => [move.vm, move]));
        for (const { gain, cost, partner } of moves) {
          const other = partner === undefined ? undefined : of.get(partner);
          if (partner !== undefined) expect(other).toBeDefined();
          const seconds = cost.seconds + (other?.cost.seconds ?? 0);
          expect(gain).toBeGreaterThanOrEqual(options.worth.minGain - 1e-9);
          expect((gain + (other?.gain ?? 0)) * options.worth.stableSeconds).toBeGreaterThanOrEqual(
            seconds - 1e-6,
          );
        }
      }),
      runs,
    );
  });

  it('says what the balance is in the end', () => {
    fc.assert(
      fc.property(boundProblems, optionSets, (bound, options) => {
        const plan = planOf(bound, options);
        const then = planRebalance(executed(bound, plan).problem, undefined, { ...options, maxMoves: 0 });
        for (const [d, balance] of then.before.entries()) {
          expect(plan.after[d]?.fullest).toBeCloseTo(balance.fullest);
          expect(plan.after[d]?.deviation).toBeCloseTo(balance.deviation);
          expect(plan.before[d]?.mean).toBeCloseTo(balance.mean);
        }
        expect(new Layout(bound.problem).at).toEqual(bound.problem.vms.host);
      }),
    );
  });
});
