import { describe, expect, it } from 'vitest';
import { Layout } from '../moves/layout.ts';
import { Fixed, type MoveProblem } from '../moves/problem.ts';
import { AntiAffinityRules } from '../moves/testing/anti-affinity.ts';
import { smallProblem } from '../moves/testing/problems.ts';
import { defaultRebalanceOptions, type RebalanceOptions } from './options.ts';
import { planRebalance } from './plan.ts';
import { happinessOf } from './testing/happiness.ts';

/** One host of 100 with VMs of these sizes, and empty ones beside it. */
const skewed = (sizes: readonly number[], hosts = 2) =>
  smallProblem(
    Array.from({ length: hosts }, () => [100]),
    sizes.map((asks) => ({ on: 0, asks: [asks] })),
  );

const options = (more: Partial<RebalanceOptions> = {}): RebalanceOptions => ({
  ...defaultRebalanceOptions,
  ...more,
});

const movesOf = (problem: MoveProblem, more: Partial<RebalanceOptions> = {}, rules?: AntiAffinityRules) =>
  planRebalance(problem, rules, options(more))
    .waves.flat()
    .map(({ vm, from, to }) => [vm, from, to]);

const withVms = (problem: MoveProblem, vms: Partial<MoveProblem['vms']>): MoveProblem => ({
  ...problem,
  vms: { ...problem.vms, ...vms },
});

const withFixed = (problem: MoveProblem, ...pinned: number[]): MoveProblem => {
  const fixed = Uint8Array.from({ length: problem.vms.count }, (_, vm) =>
    pinned.includes(vm) ? Fixed.pinned : Fixed.no,
  );
  return withVms(problem, { fixed });
};

/** Hosts of 100 in a single dimension, each with VMs of these sizes. */
const hostsWith = (...sizes: number[][]) =>
  smallProblem(
    sizes.map(() => [100]),
    sizes.flatMap((of, on) => of.map((asks) => ({ on, asks: [asks] }))),
  );

const within = (tolerance: number) => ({ objective: { kind: 'balance', tolerance } as const });

describe('balancing', () => {
  it('takes the VM that makes up the excess, and not several small ones', () => {
    expect(movesOf(skewed([40, 10, 10, 10, 10]))).toEqual([[0, 0, 1]]);
  });

  it('plans nothing within the tolerance', () => {
    expect(movesOf(skewed([20, 20, 4]), { objective: { kind: 'balance', tolerance: 0.25 } })).toEqual([]);
  });

  it('gets as low as the moves allow where they do not do for all', () => {
    const plan = planRebalance(skewed([30, 20, 20, 10], 4), undefined, options({ maxMoves: 2 }));
    expect(plan.waves.flat()).toHaveLength(2);
    expect(plan.before[0]?.fullest).toBeCloseTo(0.8);
    expect(plan.after[0]?.fullest).toBeCloseTo(0.3);
  });

  it('does so beside a host with nothing that may be moved', () => {
    const problem = withFixed(hostsWith([30, 20, 20, 10], [], [], [], [95]), 4);
    expect(movesOf(problem, { maxMoves: 1 })).toEqual([[0, 0, 1]]);
  });

  it('fills small gaps with small VMs where large gaps are needed for large ones', () => {
    // Host 0 has 20 too much, host 1 has 19, for which a VM of 30 has to go; there is room for 30 and for 25.
    const problem = withFixed(hostsWith([65, 20], [54, 30], [35], [40]), 0, 2, 4, 5);
    expect(movesOf(problem, within(0.04))).toEqual([
      [1, 0, 3],
      [3, 1, 2],
    ]);
  });

  it('swaps a larger for a smaller VM where none fits by itself', () => {
    const plan = planRebalance(hostsWith([45, 35], [25, 20]), undefined, options(within(0.05)));
    const [out, into] = plan.waves.flat();
    expect([out?.vm, out?.partner, into?.vm, into?.partner]).toEqual([1, 3, 3, 1]);
    expect(plan.after[0]?.fullest).toBeCloseTo(0.65);
  });

  it('swaps only where one of the hosts has room for both', () => {
    // 49 for 28 of host 1 would be better than for 42 of host 2; but neither host has room for both.
    expect(movesOf(hostsWith([49, 46], [28, 28], [42, 2]), within(0.14))).toEqual([
      [0, 0, 2],
      [4, 2, 0],
    ]);
  });

  it('swaps so that the other host stays below in every dimension', () => {
    const problem = smallProblem(
      [
        [100, 100],
        [100, 100],
      ],
      [
        { on: 0, asks: [40, 40] },
        { on: 0, asks: [40, 10] },
        { on: 1, asks: [25, 5] },
        { on: 1, asks: [15, 45] },
      ],
    );
    // VM 0 would be the quicker one.
    const memoryBytes = Float64Array.of(1, 30, 5, 45);
    expect(movesOf(withVms(problem, { memoryBytes }), within(0.1))).toEqual([
      [1, 0, 1],
      [2, 1, 0],
    ]);
  });

  it('brings no host above the fullest while swaps are under way', () => {
    // Hosts 0 and 1 each give host 2 a VM of 20 for one of 17; both at once would make 100 of it.
    const vms = [0, 0, 0, 0, 1, 1, 1, 1].map((on) => ({ on, asks: [20] }));
    const others = [17, 17, 26].map((asks) => ({ on: 2, asks: [asks] }));
    const problem = withFixed(
      smallProblem([[100], [100], [100], [100]], [{ on: 3, asks: [90] }, ...vms, ...others]),
      0,
    );
    const more = {
      objective: { kind: 'balance', tolerance: 0.005 } as const,
      limits: { perHost: 4, perUplink: 1, total: 9 },
    };
    const { waves } = planRebalance(problem, undefined, options(more));
    expect(waves.flat().filter(({ partner }) => partner !== undefined)).toHaveLength(4);
    for (const wave of waves) expect(wave.filter(({ to }) => to === 2).length).toBeLessThan(2);
  });

  it('goes on with other hosts where nothing on the fullest may be moved', () => {
    const problem = withVms(skewed([40, 40, 95], 3), { host: Int32Array.of(0, 0, 2) });
    expect(movesOf(withFixed(problem, 2))).toEqual([[0, 0, 1]]);
  });

  it('looks at measured loads where there are some, and at requests for room', () => {
    const base = smallProblem(
      [[100], [100], [50]],
      [
        { on: 0, asks: [60] },
        { on: 0, asks: [10] },
      ],
    );
    const measured = {
      dimensions: 1,
      demands: Float64Array.of(4, 4),
      capacities: Float64Array.of(10, 10, 10),
    };
    expect(movesOf({ ...base, measured }, { objective: { kind: 'balance', tolerance: 0.2 } })).toEqual([
      [1, 0, 1],
    ]);
  });

  it('fills no host that has nothing of what is measured', () => {
    const demands = Float64Array.of(4, 4, 1);
    const measured = { dimensions: 1, demands, capacities: Float64Array.of(10, 0, 10) };
    const problem = { ...hostsWith([40, 40], [], [10]), measured };
    expect(movesOf(problem, within(0.2))).toEqual([[0, 0, 2]]);
  });

  it('weighs dimensions, and leaves out those of weight 0', () => {
    const problem = smallProblem(
      [
        [100, 100],
        [100, 100],
      ],
      [
        { on: 0, asks: [40, 1] },
        { on: 0, asks: [40, 1] },
      ],
    );
    expect(movesOf(problem, { weights: [1, 1] })).toHaveLength(1);
    expect(movesOf(problem, { weights: [0, 1] })).toEqual([]);
    expect(movesOf(problem, { weights: [0, 0] })).toEqual([]);
  });
});

describe('relieving', () => {
  it('moves nothing while no host is above the knee, however uneven they are', () => {
    expect(movesOf(skewed([40, 20]), { objective: { kind: 'relieve', knee: 0.7 } })).toEqual([]);
  });

  it('takes from a host above the knee only what is above', () => {
    expect(movesOf(skewed([40, 20, 12, 13]), { objective: { kind: 'relieve', knee: 0.75 } })).toEqual([
      [2, 0, 1],
    ]);
  });
});

describe('relieving by what VMs use', () => {
  it('gives all VMs what they ask for', () => {
    const measured = {
      dimensions: 1,
      demands: Float64Array.of(6, 4, 2, 1),
      capacities: Float64Array.of(10, 10),
    };
    const problem = { ...hostsWith([10, 10, 10], [10]), measured };
    const { waves } = planRebalance(
      problem,
      undefined,
      options({ objective: { kind: 'relieve', knee: 0.8 } }),
    );
    const layout = new Layout(problem);
    expect(happinessOf(layout, 0.8).mean).toBeCloseTo((3 * (8 / 12) + 1) / 4);
    for (const { vm, to } of waves.flat()) layout.move(vm, to);
    expect(waves.flat().map(({ vm }) => vm)).toEqual([1]);
    expect(happinessOf(layout, 0.8).mean).toBe(1);
  });
});

describe('a VM is not moved', () => {
  const twins = skewed([40, 40]);

  it.each([
    ['that is pinned', { fixed: Uint8Array.of(Fixed.pinned, Fixed.no) }],
    ['that was moved a short while ago', { secondsSinceMove: Float64Array.of(60, 7200) }],
    ['that dirties faster than its share of the link', { dirtyRate: Float64Array.of(5, 0) }],
    ['that takes longer than one that would do as well', { dirtyRate: Float64Array.of(4, 0) }],
  ])('%s', (_what, vms) => {
    expect(movesOf(withVms(twins, vms))).toEqual([[1, 0, 1]]);
  });

  it('that takes longer than its gain is worth', () => {
    // 40 bytes at 5 a second and 2 s beside take 10 s; the gain is 38 % of a host, for which that has to last 27 s.
    expect(movesOf(twins, { worth: { minGain: 0, stableSeconds: 26 } })).toEqual([]);
    expect(movesOf(twins, { worth: { minGain: 0, stableSeconds: 27 } })).toHaveLength(1);
  });

  it('that gains less than the least', () => {
    expect(movesOf(twins, { worth: { minGain: 0.39, stableSeconds: 3600 } })).toEqual([]);
  });

  it('for less than the least improvement', () => {
    // 95 and 0, of which the mean is 47.5: what is too much goes from 45.5 to 40.5, its square by a fifth.
    const problem = skewed([90, 5]);
    expect(movesOf(problem, { minImprovement: 0.25 })).toEqual([]);
    expect(movesOf(problem, { minImprovement: 0.2 })).toEqual([[1, 0, 1]]);
  });

  it('to a host where a rule forbids it', () => {
    const problem = withVms(skewed([40, 40, 1, 5], 3), { host: Int32Array.of(0, 0, 1, 2) });
    const bound = { group: Int32Array.of(7, 7, 7, -1), domain: Int32Array.of(-1, 0, 1) };
    const objective = { kind: 'balance', tolerance: 0.2 } as const;
    expect(movesOf(problem, { objective }, new AntiAffinityRules(bound, problem.vms.host))).toEqual([
      [0, 0, 2],
    ]);
  });
});
