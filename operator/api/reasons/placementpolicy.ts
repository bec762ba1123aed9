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
  NoConflict: {
    meaning: 'No other policy that bears on the selected VMs contradicts this one.',
    remedy: nothing,
    conditions: ['PlacementPolicy.Conflict'],
  },
  PolicyConflict: {
    meaning:
      'Policies ask for what cannot be had together, or one contradicts itself or what the VM asks for; the message names them and the rules. Or VMs wait to be beside each other by vmAffinity, and none of them can be the first. A VM on which they bear and that finds no place for it waits; the first of those that are to be together and apart may have found one. Other VMs go on.',
    remedy:
      'Change one of the policies, or the labels by which they select the VM. VMs that are to be together are best selected by one policy: the first of them goes anywhere.',
    conditions: [
      'PlacementPolicy.Conflict',
      'PlacementPolicy.Ready',
      'PlacementPolicy.Stalled',
      'VirtualMachine.Ready',
      'VirtualMachine.Scheduled',
      'VirtualMachine.Running',
      'VirtualMachine.Stalled',
    ],
  },
  ManyRules: {
    meaning:
      'More than 32 different rules of policies about other VMs hold for the VM, or for one that the policy selects. It is placed by all of them, but each is asked of every host, so that a choice takes longer than others should wait for.',
    remedy:
      'Narrow spec.vmSelector of the policies, or put their rules together: rules that say the same of the same VMs count once. A ResourceQuota for count/placementpolicies.vmfabric.io bounds how many a namespace may have.',
    conditions: ['PlacementPolicy.Conflict', 'VirtualMachine.Scheduled'],
  },
  StrategiesDiffer: {
    meaning: 'Policies that select the same VM have different strategies; that of the first by name counts.',
    remedy: 'Leave the strategy to one of the policies; the others inherit it.',
    conditions: ['PlacementPolicy.Conflict'],
  },
} as const satisfies ReasonTable;
