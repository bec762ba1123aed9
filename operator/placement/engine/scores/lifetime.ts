import type { Scorer } from './scorer.ts';

/** Points that a host loses which has no VM, or none that is older than the one that comes. */
const lifetimePoints = 50;

const day = 86_400_000;

/**
 * Pack: fewer points for hosts that may soon be empty. VMs that have run for long are those that go on running, so that a
 * host is as likely to stay as its oldest VM is old; whatever comes goes there first, and the others may empty. Times are
 * those of the objects, no clock's: the same objects give the same decision at any time.
 */
export const lifetime: Scorer = {
  name: 'lifetime',
  add({ vms, strategy, vm: { createdAt } }, rows, count, scores) {
    if (strategy !== 'Pack' || createdAt === undefined) return;
    for (let at = 0; at < count; at++) {
      const age = Math.max(0, createdAt - vms.oldestOn(rows[at] as number)) / day;
      (scores[at] as number) -= lifetimePoints / (1 + age);
    }
  },
};
