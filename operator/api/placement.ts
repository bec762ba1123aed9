import { z } from 'zod';
import { cel, labelKey, labelSelector, labelValue, listAtomic, listMap, plainLabelKey } from './common.ts';

const taintEffect = z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']);

/** As a Node's. */
const taint = z.object({
  key: plainLabelKey.describe('What the taint is about, such as example.com/dedicated.'),
  value: labelValue.optional().describe('Which one of these it is; none by default.'),
  effect: taintEffect.describe(
    'NoSchedule keeps away VMs that do not tolerate it, PreferNoSchedule does so as long as they fit elsewhere; NoExecute does no more than NoSchedule, as nothing is driven away from a host.',
  ),
});
export type Taint = z.output<typeof taint>;

export const taints = z.array(taint).max(32).meta(listMap('key', 'effect')).optional();

const toleration = z
  .object({
    key: labelKey.optional().describe('The key of the taints; without it, those of every key.'),
    operator: z
      .enum(['Equal', 'Exists'])
      .default('Equal')
      .describe('Equal tolerates taints with the same value, Exists those with any.'),
    value: labelValue.optional().describe('The value for Equal; none by default.'),
    effect: taintEffect.optional().describe('The effect of the taints; without it, every effect.'),
  })
  .meta(
    cel(
      {
        rule: "has(self.key) || self.operator == 'Exists'",
        message: 'key must be given unless operator is Exists',
      },
      {
        rule: "self.operator == 'Equal' || !has(self.value)",
        message: 'value must be left out when operator is Exists',
      },
    ),
  );

export const tolerations = z
  .array(toleration)
  .max(32)
  .meta(listAtomic)
  .optional()
  .describe('Taints of hosts that do not keep the VM away.');

const preferredHosts = z.object({
  hostSelector: labelSelector.describe('The hosts, by their labels.'),
  weight: z.int32().min(1).max(100).default(50).describe('How much it counts, from 1 to 100.'),
});

/** What a VM asks of the labels of its host, beyond one selector; as a Node affinity of Kubernetes. */
export const hostAffinity = z
  .object({
    required: z
      .array(labelSelector)
      .min(1)
      .max(16)
      .meta(listAtomic)
      .optional()
      .describe(
        'Alternatives: only hosts that at least one of these selectors selects may carry the VM (OR, as the terms of a Node affinity). What policies require of hosts holds besides.',
      ),
    preferred: z
      .array(preferredHosts)
      .max(16)
      .meta(listAtomic)
      .optional()
      .describe('Hosts that are rather taken than others, as far as they have room.'),
  })
  .optional()
  .describe('Which hosts may carry the VM, and which of them it prefers.');
