import { z } from 'zod';
import { cel, labelKey, listAtomic, listMap, smallLabelSelector } from './common.ts';

/** A resource that an admin names, such as licence or example.com/gpu-slot. */
const resourceName = labelKey.max(63);

const ownNames = cel({
  rule: "!(self.name in ['cpu', 'memory']) && !self.name.startsWith('hugepages-')",
  message: 'cpu, memory and hugepages are counted by themselves: give the resource another name',
  fieldPath: '.name',
});

/** What hosts of a pool have of resources that nothing but the pool's spec knows of. */
export const poolResources = z
  .array(
    z
      .object({
        name: resourceName.describe('The name by which VMs ask for it.'),
        hostSelector: smallLabelSelector.optional().describe('The hosts that have it. Default: all of them.'),
        perHost: z.int32().min(1).max(1_000_000).describe('How many of it each of these hosts has.'),
      })
      .meta(ownNames),
  )
  .max(64)
  .meta(listAtomic)
  .optional()
  .describe(
    'Things that hosts have a number of, such as licences. They are counted only: no device is given to a guest by it. Of several with one name, the first that selects a host counts for it.',
  );

/** What a VM asks of them. */
export const resourceClaims = z
  .array(
    z.object({
      name: resourceName.describe("The resource: one of the HostPool's spec.resources."),
      count: z.int32().min(1).max(1_000_000).default(1).describe('How many of it.'),
    }),
  )
  .max(16)
  .meta(listMap('name'))
  .optional()
  .describe(
    'What the VM takes of its host besides processors and memory, by the names of the HostPool. It is counted only: the guest is given no device by it.',
  );

const amount = z.string().max(32);

/** Amounts of one resource in a status: a number, or a quantity of what is counted in bytes. */
export const resourceAmounts = {
  name: z.string().min(1).max(63).describe('The resource.'),
  allocatable: amount.describe('What VMs may have in all, after hostReserved and over-commit.'),
  allocated: amount.describe('What placed VMs have.'),
};
