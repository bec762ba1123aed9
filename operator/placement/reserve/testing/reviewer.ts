import type { Reviewer } from '../../gate/gate.ts';
import type { FailureReserve } from '../failure-reserve.ts';

const refused = { kind: 'unplaced' as const, rejections: [], message: 'the reserve is short' };

/** The reserve at the gate of its pool. */
export function reviewerOf(reserve: FailureReserve): Reviewer {
  return {
    refusal: () => undefined,
    objection: (_, placed, leaving) =>
      reserve.losses(placed, leaving).length === 0 ? undefined : () => refused,
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
