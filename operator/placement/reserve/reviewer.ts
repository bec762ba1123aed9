import { reserveRefused } from '../explain/reserve.ts';
import type { Reviewer } from '../gate/gate.ts';
import type { FailureReserve } from './failure-reserve.ts';

/** The reserve at the gate of its pool. */
export function reserveReviewer(reserve: FailureReserve): Reviewer {
  return {
    // Whether there is a place for others after a failure is a question of which hosts the VMs are on.
    refusal: () => undefined,
    objection(_, placed, leaving) {
      const losses = reserve.losses(placed, leaving);
      if (losses.length === 0) return undefined;
      return (tried) => reserveRefused(reserve.options, reserve.report(), { tried, losses });
    },
    candidates: (request) => reserve.candidates(request),
    trial: (requests, action) =>
      reserve.trial(
        requests.map(({ vm }) => vm),
        action,
      ),
    come: (_, placed) => reserve.upsertVm(placed),
    suppose: ({ vm }, change) => reserve.suppose(change, vm.namespace),
  };
}
