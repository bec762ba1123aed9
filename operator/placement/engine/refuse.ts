import { Explanation } from '../explain/explanation.ts';
import type { Refusal } from '../explain/refusal.ts';
import { vmFilters } from './choose.ts';
import type { Filter } from './filters/filter.ts';
import type { Scene } from './scene.ts';

/** Why each host of the pool does not do, by the first filter that it does not pass. */
export function explain(scene: Scene): Explanation {
  const explanation = new Explanation();
  const rows = scene.hosts.rowsByName(scene.pool).slice();
  const before = rows.slice();
  let count = rows.length;
  for (const filter of [...scene.hostFilters(), ...vmFilters(scene)]) {
    before.set(rows.subarray(0, count));
    const kept = filter.keep(scene, rows, count);
    if (kept < count)
      addDropped(explanation, scene, filter, before.subarray(0, count), rows.subarray(0, kept));
    count = kept;
    if (count === 0) break;
  }
  return explanation;
}

/** Of the rows `before` the filter those that are not among `kept`, which are in the same order. */
function addDropped(
  explanation: Explanation,
  scene: Scene,
  filter: Filter,
  before: Int32Array,
  kept: Int32Array,
): void {
  const refusalOf = filter.refusals(scene);
  const subjectOf = filter.subjects?.(scene);
  const missingOf = filter.missing?.(scene);
  let next = 0;
  for (let at = 0; at < before.length; at++) {
    const row = before[at] as number;
    if (kept[next] === row) next += 1;
    else explanation.add(scene.hosts.name(row), refusalOf(row), subjectOf?.(row), missingOf?.(row));
  }
}

/** Why this one row does not do, as a clause, with the amount it lacks; undefined when it passes all of the filters. */
export function refusalOf(
  scene: Scene,
  row: number,
  filters: readonly Filter[],
): { refusal: Refusal; text: string; missing: number } | undefined {
  const broken = filters.find((filter) => filter.keep(scene, Int32Array.of(row), 1) === 0);
  if (!broken) return undefined;
  const refusal = broken.refusals(scene)(row);
  const subject = broken.subjects?.(scene)(row);
  const text = subject === undefined ? refusal.singular : `${refusal.singular} ${subject}`;
  return { refusal, text, missing: broken.missing?.(scene)(row) ?? Number.NaN };
}
