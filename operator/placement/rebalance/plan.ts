import { Layout } from '../moves/layout.ts';
import { Links } from '../moves/links.ts';
import { checkProblem, type MoveProblem } from '../moves/problem.ts';
import { everyRule, type MoveRules, noRules } from '../moves/rules.ts';
import { wavesOf } from '../moves/waves.ts';
import { type Balance, balanceOf } from './balance.ts';
import { movableSeconds } from './movable.ts';
import { defaultRebalanceOptions, type Objective, type RebalanceOptions } from './options.ts';
import { nearestTo } from './search.ts';
import type { Ground, PlannedMove } from './shed.ts';
import { Targets } from './targets.ts';

export interface RebalancePlan {
  /** Moves of one wave run side by side, the next wave begins when all have ended. */
  waves: PlannedMove[][];
  /** Of each load dimension. */
  before: Balance[];
  after: Balance[];
}

/**
 * A bounded list of moves that lowers the fullest hosts by as few and as cheap moves as it finds. At every moment of its
 * execution, also while VMs count on both hosts, capacity, reserve and rules hold, and no host is further above than the
 * worst was before. docs/placement/rebalance.md tells how it is found.
 * @param rules are left as they were
 * @param lastWord rules that cost too much to be asked of all that is tried: a move that they refuse is left out of the plan
 * @throws RangeError when the problem holds a value that no host or VM can have
 */
export function planRebalance(
  problem: MoveProblem,
  rules: MoveRules = noRules,
  options: RebalanceOptions = defaultRebalanceOptions,
  lastWord: MoveRules = noRules,
): RebalancePlan {
  checkProblem(problem);
  const floor = floorOf(options.objective);
  const { moves } = nearestTo(groundOf(new Layout(problem, rules), options), floor);
  const layout = new Layout(problem, everyRule([rules, lastWord]));
  const before = balanceOf(layout);
  const ground = groundOf(layout, options);
  const aims = ground.leastLevels.map((least) => Math.max(least, floor));
  const distance = ground.targets.distance(aims);
  const mark = layout.mark();
  const waves = safeWaves(ground, moves, options);
  const isWorthIt = distance - ground.targets.distance(aims) >= distance * options.minImprovement;
  const after = balanceOf(layout);
  layout.undo(mark);
  return isWorthIt ? { waves, before, after } : { waves: [], before, after: before };
}

/** Sums of the same loads in another order differ by so much. */
const rounding = 1e-9;

function groundOf(layout: Layout, options: RebalanceOptions): Ground {
  const { objective, weights, worth, maxMoves, limits, copy } = options;
  const knee = objective.kind === 'relieve' ? objective.knee : undefined;
  const links = new Links(layout.problem, limits, copy);
  const targets = new Targets(layout, { knee, weights });
  const seconds = movableSeconds(layout, links, options.coolDownSeconds);
  const leastLevels = Float64Array.from(layout.members, (vms, host) =>
    targets.levelOf(
      vms.filter((vm) => Number.isNaN(seconds[vm])),
      host,
    ),
  );
  const ceiling = targets.worst() + rounding;
  return { layout, targets, links, seconds, leastLevels, worth, maxMoves, ceiling };
}

const floorOf = (objective: Objective) => (objective.kind === 'balance' ? objective.tolerance : 0);

/** Moves that find no wave are left out: those that the last word refuses, and others that need the room of such. */
function safeWaves(
  { layout, targets, links, ceiling }: Ground,
  moves: readonly PlannedMove[],
  { limits }: RebalanceOptions,
): PlannedMove[][] {
  const mayBegin = (vm: number, to: number) => targets.levelWith(vm, to) <= ceiling;
  return wavesOf(layout, moves, { links, limits, mayBegin }).waves;
}
