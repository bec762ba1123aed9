import type { Scorer } from './scorer.ts';

/** Points that a host loses whose VMs hinder each other as much as can be. */
const contentionPoints = 50;

/** Fewer points where VMs hinder each other. */
export const contention: Scorer = {
  name: 'contention',
  add({ hosts: { hints } }, rows, count, scores) {
    if (!hints.hasContention) return;
    for (let at = 0; at < count; at++) {
      (scores[at] as number) -= contentionPoints * (hints.contention[rows[at] as number] as number);
    }
  },
};
