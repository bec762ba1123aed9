import type { Advantage, Merits } from '../model/decision.ts';
import { vmFilters } from './choose.ts';
import { contributions, summands } from './contributions.ts';
import type { Scene } from './scene.ts';
import { loadOn } from './scores/load.ts';
import type { Scratch } from './scratch.ts';

/** Fewer points more than others have decided nothing that is worth telling. */
const least = 1;

/** How the host does among those that would take the VM; undefined when it would not. Takes as long as two decisions. */
export function meritsOf(scene: Scene, scratch: Scratch, row: number): Merits | undefined {
  const { hosts } = scene;
  const { rows, total, count, rules } = fitting(scene, scratch);
  const at = rows.subarray(0, count).indexOf(row);
  if (at < 0) return undefined;
  const { sums, advantages } = weigh(scene, scratch, rows, count, at);
  const own = sums[at] as number;
  let better = 0;
  for (let index = 0; index < count; index++) if ((sums[index] as number) > own) better += 1;
  return {
    ...{ host: hosts.name(row), total, fitting: count, better, rules },
    ...{ strategy: scene.strategy, load: loadOn(scene, row) },
    advantages: advantages.filter(({ points }) => points >= least).sort(byPoints),
  };
}

/** The rows that satisfy all that is required, and the rules that left some out. */
function fitting(scene: Scene, scratch: Scratch) {
  const { rows } = scratch;
  const all = scene.hosts.rowsByName(scene.pool);
  rows.set(all);
  let count = all.length;
  const rules: string[] = [];
  for (const filter of [...scene.hostFilters(), ...vmFilters(scene)]) {
    const before = count;
    count = filter.keep(scene, rows, count);
    const effect = count < before && filter.effect?.(scene);
    if (effect && !rules.includes(effect)) rules.push(effect);
  }
  return { rows, total: all.length, count, rules };
}

/** The points of all rows, and those that the one at `at` has more of each kind than all have on average. */
function weigh(scene: Scene, scratch: Scratch, rows: Int32Array, count: number, at: number) {
  const sums = new Float64Array(count);
  for (const scorer of summands(scene)) scorer.add(scene, rows, count, sums);
  const scores = scratch.scores.subarray(0, count);
  const advantages: Advantage[] = [];
  for (const scorer of contributions(scene)) {
    scores.fill(0);
    scorer.add(scene, rows, count, scores);
    let total = 0;
    for (let index = 0; index < count; index++) total += scores[index] as number;
    const { name, policy } = scorer;
    const points = (scores[at] as number) - total / count;
    advantages.push({ name, ...(policy === undefined ? {} : { policy }), points });
  }
  return { sums, advantages };
}

function byPoints(a: Advantage, b: Advantage): number {
  return b.points - a.points || (a.name < b.name ? -1 : 1);
}
