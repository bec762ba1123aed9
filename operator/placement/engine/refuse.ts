import type { Refusal } from '../explain/refusal.ts';
import { vmFilters } from './choose.ts';
import type { Filter } from './filters/filter.ts';
import type { Scene } from './scene.ts';

/** Why each host of the pool does not do, by the first filter that it does not pass, by its name. */
export function refusals(scene: Scene): Map<string, Refusal> {
  const found = new Map<string, Refusal>();
  let rows = Int32Array.from(scene.hosts.rowsOf(scene.pool));
  for (const filter of [...scene.hostFilters(), ...vmFilters(scene)]) {
    const kept = rows.slice();
    const count = filter.keep(scene, kept, kept.length);
    if (count === rows.length) continue;
    const refusalOf = filter.refusals(scene);
    for (const row of dropped(rows, kept, count)) found.set(scene.hosts.name(row), refusalOf(row));
    rows = kept.slice(0, count);
  }
  return found;
}

/** Why this one row does not do; undefined when it passes all of the filters. */
export function refusalOf(scene: Scene, row: number, filters: readonly Filter[]): Refusal | undefined {
  const broken = filters.find((filter) => filter.keep(scene, Int32Array.of(row), 1) === 0);
  return broken?.refusals(scene)(row);
}

/** What is in `rows` and not among the first `count` of `kept`, which are in the same order. */
function dropped(rows: Int32Array, kept: Int32Array, count: number): number[] {
  let at = 0;
  return [...rows].filter((row) => {
    if (at === count || kept[at] !== row) return true;
    at += 1;
    return false;
  });
}
