import { shareRefused } from '../explain/shares.ts';
import type { Reviewer } from '../gate/gate.ts';
import type { PoolShares } from './pool-shares.ts';

/** The shares of a pool at its gate. What a share has does not depend on the host. */
export function sharesReviewer(shares: PoolShares): Reviewer {
  return {
    refusal(pool, vms, leaving) {
      const refusal = shares.refusal(vms, leaving);
      return refusal && shareRefused(pool, refusal, vms.length);
    },
    objection: () => undefined,
    candidates: () => [],
    trial: (_, action) => action(),
    // Whoever comes together is asked about together.
    come: () => {},
    // No change that would let a VM fit leaves less to any share.
    suppose: () => true,
  };
}
