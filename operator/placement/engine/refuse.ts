import { Explanation } from '../explain/explanation.ts';
import type { Refusal } from '../explain/refusal.ts';
import { vmFilters } from './choose.ts';
import type { Filter } from './filters/filter.ts';
import type { Scene } from './scene.ts';

/** Why each host of the pool does not do, by the first filter that it does not pass. */
export function explain(scene: Scene): Explanation {
  const explanation = new Explanation();
  let rows = scene.hosts.rowsByName(scene.pool);
  for (const filter of [...scene.hostFilters(), ...vmFilters(scene)]) {
    const kept = rows.slice();
    const count = filter.keep(scene, kept, kept.length);
    if (count === rows.length) continue;
    const refusalOf = filter.refusals(scene);
    const subjectOf = filter.subjects?.(scene);
    const missingOf = filter.missing?.(scene);
    for (const row of dropped(rows, kept, count)) {
      explanation.add(scene.hosts.name(row), refusalOf(row), subjectOf?.(row), missingOf?.(row));
    }
    rows = kept.slice(0, count);
  }
  return explanation;
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

/** What is in `rows` and not among the first `count` of `kept`, which are in the same order. */
function dropped(rows: Int32Array, kept: Int32Array, count: number): Int32Array {
  let at = 0;
  return rows.filter((row) => {
    if (at === count || kept[at] !== row) return true;
    at += 1;
    return false;
  });
}
