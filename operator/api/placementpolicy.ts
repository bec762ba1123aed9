import { z } from 'zod';
import {
  conditions,
  labelKey,
  labelSelector,
  listAtomic,
  listMap,
  observedGeneration,
  priority,
  type Resource,
} from './common.ts';

const enforcement = z
  .enum(['Required', 'Preferred'])
  .default('Required')
  .describe('Required is never broken by a placement; Preferred counts by its weight.');
const weight = z
  .int32()
  .min(1)
  .max(100)
  .default(50)
  .describe('How much a Preferred rule counts, from 1 to 100.');
const topologyKey = labelKey.describe(
  'The label of Hosts whose values are the domains, such as kubernetes.io/hostname or topology.kubernetes.io/zone.',
);

const affinityTerm = z.object({
  topologyKey,
  vmSelector: labelSelector
    .optional()
    .describe(
      "The other VMs, in the same namespace. Default: those that the policy's own vmSelector selects.",
    ),
  enforcement,
  weight,
});

export const placementPolicySpec = z.object({
  vmSelector: labelSelector.describe(
    'The VMs of this namespace that the policy is for; an empty selector selects all.',
  ),
  vmAntiAffinity: z
    .array(affinityTerm)
    .max(16)
    .meta(listAtomic)
    .default([])
    .describe('Keep away from VMs: no two in one domain.'),
  vmAffinity: z
    .array(affinityTerm)
    .max(16)
    .meta(listAtomic)
    .default([])
    .describe('Stay with VMs: in one domain.'),
  topologySpread: z
    .array(
      z.object({
        topologyKey,
        maxSkew: z
          .int32()
          .min(1)
          .max(1000)
          .default(1)
          .describe('By how many VMs the fullest domain may exceed the emptiest.'),
        enforcement,
        weight,
      }),
    )
    .max(8)
    .meta(listAtomic)
    .default([])
    .describe('Spread the selected VMs evenly over domains.'),
  hostAffinity: z
    .array(
      z.object({
        hostSelector: labelSelector.describe('The hosts, by their labels.'),
        enforcement,
        weight,
      }),
    )
    .max(16)
    .meta(listAtomic)
    .default([])
    .describe(
      'Which hosts may carry the VMs. Only those that every Required term selects do (AND, unlike the alternatives of a VM), of all policies that select the VM; for alternatives give one term whose hostSelector has several values for the operator In.',
    ),
  hostSharing: z
    .enum(['Shared', 'Exclusive'])
    .default('Shared')
    .describe(
      'Exclusive keeps hosts for the selected VMs: while one of them is on a host, no VM that the policy does not select comes there, of whatever namespace; and they go only to hosts without such VMs.',
    ),
  domainLimits: z
    .array(
      z.object({
        topologyKey,
        maxDomains: z.int32().min(1).max(10_000).describe('How many domains they may use at most.'),
      }),
    )
    .max(8)
    .meta(listMap('topologyKey'))
    .default([])
    .describe(
      'Limits on how many domains the selected VMs use together, as for licences that are paid for each host.',
    ),
  priority: priority.describe(
    'How important the selected VMs are, for those that have no spec.placement.priority of their own; of several policies the highest counts. Higher comes first.',
  ),
  preemption: z
    .object({
      policy: z
        .enum(['PreemptLowerPriority', 'Never'])
        .default('PreemptLowerPriority')
        .describe(
          'Whether less important VMs may be stopped for the selected ones, as the preemptionPolicy of a PriorityClass says. With Never they wait for room, still before less important ones.',
        ),
      asVictim: z
        .enum(['Stop', 'Never'])
        .default('Stop')
        .describe(
          'Whether the selected VMs may be stopped for more important ones, and halted ones lose their place. With Never they stay, whatever waits.',
        ),
    })
    .optional()
    .describe(
      "What preemption may do for the selected VMs and to them, where the HostPool's spec.preemption has it at all; of several policies Never counts.",
    ),
  gang: z
    .object({
      minMembers: z
        .int32()
        .min(2)
        .max(500)
        .describe('How many of the selected VMs must find hosts at the same time.'),
    })
    .optional()
    .describe(
      'VMs that are of use only together: until so many of them exist and all find a host, none is bound; those beyond are placed as any VM.',
    ),
  strategy: z
    .enum(['Inherit', 'Spread', 'Pack'])
    .default('Inherit')
    .describe("Inherit takes the HostPool's strategy; Spread or Pack sets another for these VMs."),
});

export const placementPolicyStatus = z.object({
  observedGeneration,
  selected: z.int32().optional().describe('VMs that the policy selects.'),
  satisfied: z
    .int32()
    .optional()
    .describe(
      'Selected VMs that keep every Required rule on their host, and those that are not to have one yet, such as halted ones.',
    ),
  conditions,
});

export type PlacementPolicySpec = z.output<typeof placementPolicySpec>;
export type PlacementPolicyStatus = z.output<typeof placementPolicyStatus>;
export type PlacementPolicy = Resource<PlacementPolicySpec, PlacementPolicyStatus>;

export const placementPolicyConditions = ['Ready', 'Satisfied', 'Conflict', 'Stalled'] as const;
export type PlacementPolicyCondition = (typeof placementPolicyConditions)[number];
