import { ofHosts, scorersOf } from './choose.ts';
import type { Scene } from './scene.ts';
import { setLoad } from './scores/load.ts';
import { preferences } from './scores/preferred-hosts.ts';
import type { Scorer } from './scores/scorer.ts';

/** On scores of 0, as on all that are asked for one scorer at a time. */
const load: Scorer = { name: 'load', add: setLoad };

/** All that gives a host points, as `choose` adds it up. */
export function summands(scene: Scene): Scorer[] {
  return [load, ...preferredHosts(scene), ...scorersOf(scene)];
}

/** The same points, with those of each policy by themselves. */
export function contributions(scene: Scene): Scorer[] {
  return [load, ...preferredHosts(scene), ...ofHosts, ...scene.rules.preferred];
}

function preferredHosts(scene: Scene): Scorer[] {
  return preferences(scene).map(
    ({ key, holds, weight, ...scorer }): Scorer => ({
      ...scorer,
      add({ masks }, rows, count, scores) {
        const mask = masks.get(key, holds);
        for (let at = 0; at < count; at++)
          (scores[at] as number) += weight * (mask[rows[at] as number] as number);
      },
    }),
  );
}
