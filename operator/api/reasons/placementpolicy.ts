import { nothing, type ReasonTable } from './entry.ts';

/** Reasons of PlacementPolicies. */
export const placementPolicyReasons = {
  Satisfied: {
    meaning: 'Every VM that the policy selects keeps its Required rules.',
    remedy: nothing,
    conditions: ['PlacementPolicy.Ready', 'PlacementPolicy.Satisfied'],
  },
  NotSatisfied: {
    meaning:
      'Some selected VM breaks a Required rule where it is, or has no place to be; the message names it.',
    remedy:
      'Do what the message names for the first such VM; a VM that is placed already is not moved by itself.',
    conditions: ['PlacementPolicy.Ready', 'PlacementPolicy.Satisfied'],
  },
  NothingSelected: {
    meaning: 'The policy selects no VM of its namespace.',
    remedy: 'Compare spec.vmSelector with the labels of the VMs: kubectl get vm --show-labels.',
    conditions: ['PlacementPolicy.Ready', 'PlacementPolicy.Satisfied'],
  },
} as const satisfies ReasonTable;
