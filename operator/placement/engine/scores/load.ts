import { countedRequest, cpu, memory, type Resources } from '../../model/resources.ts';
import type { Scene } from '../scene.ts';
import type { Scorer } from './scorer.ts';

/**
 * By the scarcest resource after placing: a host is as full as its fullest resource (dominant resource). Spread prefers
 * the emptier host, Pack the fuller.
 */
export class Load implements Scorer {
  readonly name = 'strategy';

  add(scene: Scene, rows: Int32Array, count: number, scores: Float64Array): void {
    const shares = scene.scratchScores(count);
    for (const resource of resourcesOf(scene.vm.requests)) {
      const dimension = scene.hosts.dimensions.get(resource);
      const amount = countedRequest(scene.vm.requests[resource] ?? 0);
      if (dimension) addShares(rows, count, dimension.used, dimension.inverse, amount, shares);
    }
    const sign = scene.strategy === 'Pack' ? 100 : -100;
    const offset = scene.strategy === 'Pack' ? 0 : 100;
    for (let at = 0; at < count; at++) (scores[at] as number) += offset + sign * (shares[at] as number);
  }
}

function addShares(
  rows: Int32Array,
  count: number,
  used: Float64Array,
  inverse: Float64Array,
  amount: number,
  shares: Float64Array,
): void {
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    const share = ((used[row] as number) + amount) * (inverse[row] as number);
    if (share > (shares[at] as number)) shares[at] = share;
  }
}

/** What every VM has, and what this one asks besides. */
function resourcesOf(requests: Resources): string[] {
  return [...new Set([cpu, memory, ...Object.keys(requests)])];
}
