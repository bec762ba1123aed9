import { isNamed } from '../../model/resources.ts';
import type { Dimension } from '../dimensions.ts';
import type { Scorer } from './scorer.ts';

/** Points that a host loses, if all that it has of a named resource is free, for a VM that does not ask for it. */
const idlePoints = 30;

/** VMs that need nothing of a named resource leave the hosts that have some to those that do. */
export const namedResources: Scorer = {
  name: 'namedResources',
  add({ hosts: { dimensions }, vm: { requests } }, rows, count, scores) {
    for (const dimension of dimensions.all()) {
      const isAsked = (requests[dimension.name] ?? 0) > 0;
      if (isNamed(dimension.name) && !isAsked) addIdle(dimension, rows, count, scores);
    }
  },
};

function addIdle({ free, inverse }: Dimension, rows: Int32Array, count: number, scores: Float64Array): void {
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    const idle = Math.max(0, free[row] as number) * (inverse[row] as number);
    (scores[at] as number) -= idlePoints * idle;
  }
}
