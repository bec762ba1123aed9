import { cpu, memory } from '../../model/resources.ts';
import { scoreImbalanceGrowth } from '../kernels.ts';
import { askedOf } from './load.ts';
import type { Scorer } from './scorer.ts';

/** Points that a host loses for each whole of it by which CPUs and memory, as shares, would be further apart than they are. */
const growthPoints = 250;

/**
 * Pack: more points for a host that the VM makes more even, fewer for one that it makes more one-sided. How far apart a
 * host's CPUs and memory then are counts with its load; this is what the VM has to do with it. In the end it saves hosts,
 * as what is left over of one resource is of use to nobody (decision 0015).
 */
export const balance: Scorer = {
  name: 'balance',
  add(scene, rows, count, scores) {
    if (scene.strategy !== 'Pack') return;
    const [cpus, bytes] = [askedOf(scene, cpu), askedOf(scene, memory)];
    if (cpus && bytes) scoreImbalanceGrowth(rows, count, cpus, bytes, -growthPoints, scores);
  },
};
