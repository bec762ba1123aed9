import { Layout } from '../../../../operator/placement/moves/layout.ts';
import type { MoveProblem } from '../../../../operator/placement/moves/problem.ts';
import { fewestMoves, lowestLevel } from '../../../../operator/placement/rebalance/lower-bound.ts';
import { defaultRebalanceOptions } from '../../../../operator/placement/rebalance/options.ts';
import { planRebalance } from '../../../../operator/placement/rebalance/plan.ts';
import { Targets } from '../../../../operator/placement/rebalance/targets.ts';
import { gib } from './skewed.ts';
import { countFaults, memoryBalance } from './verify.ts';

/** What a plan comes to, counted anew from its moves. */
export interface Planned {
  seconds: number;
  moves: number;
  waves: number;
  fullest: number;
  deviation: number;
  faults: number;
  movedGiB: number;
  /** The slowest move of each wave, one wave after another. */
  predictedSeconds: number;
}

export interface Wish {
  maxMoves: number;
  /** To which part of its memory the fullest host is to be brought. */
  fullest: number;
  /** Beside memory, which counts 1; default not at all. */
  cpuWeight?: number;
}

/** Plans, and measures how long that takes. */
export function planned(problem: MoveProblem, { maxMoves, fullest, cpuWeight = 0 }: Wish): Planned {
  const { worth, limits } = defaultRebalanceOptions;
  // A move is not made for less than its least gain, so the aim is that much lower.
  const tolerance = fullest - worth.minGain - memoryMean(problem);
  const begin = performance.now();
  const { waves } = planRebalance(problem, undefined, {
    ...defaultRebalanceOptions,
    ...{ maxMoves, weights: [cpuWeight, 1], objective: { kind: 'balance', tolerance } },
  });
  const seconds = (performance.now() - begin) / 1e3;
  const at = problem.vms.host.slice();
  for (const { vm, to } of waves.flat()) at[vm] = to;
  return {
    ...{ seconds, moves: waves.flat().length, waves: waves.length },
    ...memoryBalance(problem, at),
    faults: countFaults(problem, waves, limits.perHost),
    movedGiB: waves.flat().reduce((sum, { vm }) => sum + (problem.vms.memoryBytes[vm] as number), 0) / gib,
    predictedSeconds: waves.reduce((sum, wave) => sum + Math.max(...wave.map(({ cost }) => cost.seconds)), 0),
  };
}

/** What no plan for memory can do better. */
export function bounds(problem: MoveProblem): {
  fewestMoves: (fullest: number) => number;
  lowestFullest: (moves: number) => number;
} {
  const layout = new Layout(problem);
  const targets = new Targets(layout, { weights: [0, 1] });
  const mean = memoryMean(problem);
  return {
    fewestMoves: (fullest) => fewestMoves(layout, targets, fullest - mean),
    lowestFullest: (moves) => mean + lowestLevel(layout, targets, moves),
  };
}

function memoryMean({ hosts, vms }: MoveProblem): number {
  const sum = (of: Float64Array) => of.reduce((total, one, index) => total + (index % 2 === 1 ? one : 0), 0);
  return sum(vms.requests) / sum(hosts.limits);
}
