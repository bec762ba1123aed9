import { share } from '../hints.ts';
import type { Scorer } from './scorer.ts';

/** Points that a host loses whose VMs hinder each other as much as can be. */
const contentionPoints = 50;

/** Points that a host loses which the VM would keep from being empty for the longest. */
const lifetimePoints = 50;

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

/** Fewer points where the VM outlives the others, or by whatever `lifetimePenalty` goes. */
export const lifetime: Scorer = {
  name: 'lifetime',
  add({ hosts: { hints }, vm: { expectedEnd }, lifetimePenalty }, rows, count, scores) {
    if (!lifetimePenalty || expectedEnd === undefined) return;
    for (let at = 0; at < count; at++) {
      const penalty = lifetimePenalty(hints.emptiedAt[rows[at] as number] as number, expectedEnd);
      (scores[at] as number) -= lifetimePoints * share(penalty);
    }
  },
};
