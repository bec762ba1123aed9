import { z } from 'zod';
import { byteQuantity, cel, dnsLabel, listMap, listSet, plainDnsLabel } from './common.ts';

const cpuCores = z.int32().min(0).max(1_000_000).optional();

const limits = z.object({
  cpuCores: cpuCores.describe('Virtual CPUs. Default: no limit.'),
  memory: byteQuantity.optional().describe('As a quantity in bytes. Default: no limit.'),
});

const reservation = z.object({
  cpuCores: cpuCores.describe('Virtual CPUs. Default: none.'),
  memory: byteQuantity.optional().describe('As a quantity in bytes. Default: none.'),
});

/** Who may have how much of a HostPool. What a rule over all shares would be too dear for, the condition SharesValid tells. */
export const poolShares = z
  .array(
    z
      .object({
        name: dnsLabel.describe('The name of the share.'),
        parentName: dnsLabel
          .optional()
          .describe('The share of which it is a part, by name. Default: the pool itself.'),
        namespaces: z
          .array(plainDnsLabel)
          .max(64)
          .meta(listSet)
          .default([])
          .describe('The namespaces whose VMs it is for. A namespace is in one share of a pool at most.'),
        reservation: reservation
          .optional()
          .describe(
            'What is kept for it, whether it is used or not, as VMs count on hosts. Default: nothing.',
          ),
        limit: limits
          .optional()
          .describe(
            'Its VMs, and those of shares below it, never get more than this together. Up to it a share borrows what nobody else has or reserves. Default: no limit.',
          ),
        weight: z
          .int32()
          .min(1)
          .max(10_000)
          .optional()
          .describe(
            'How much of the CPU time it gets beside others of the same parent on a host whose CPUs are short. Default: 100, where any share of the pool has a weight; else CPUs are not divided by shares.',
          ),
      })
      .meta(
        cel(
          {
            rule: '!has(self.parentName) || self.parentName != self.name',
            message: 'a share cannot be part of itself: leave parentName out, or name another share',
            fieldPath: '.parentName',
          },
          {
            rule: '!has(self.reservation) || !has(self.limit) || !has(self.reservation.cpuCores) || !has(self.limit.cpuCores) || self.reservation.cpuCores <= self.limit.cpuCores',
            message: 'reservation.cpuCores must not be above limit.cpuCores',
            fieldPath: '.reservation.cpuCores',
          },
          {
            rule: '!has(self.reservation) || !has(self.limit) || !has(self.reservation.memory) || !has(self.limit.memory) || !isQuantity(self.reservation.memory) || !isQuantity(self.limit.memory) || quantity(self.reservation.memory).compareTo(quantity(self.limit.memory)) <= 0',
            message: 'reservation.memory must not be above limit.memory',
            fieldPath: '.reservation.memory',
          },
        ),
      ),
  )
  .max(128)
  .meta({
    ...listMap('name'),
    ...cel({
      rule: 'self.all(share, !has(share.parentName) || self.exists(parent, parent.name == share.parentName))',
      message: 'parentName must be the name of another share in spec.shares',
    }),
  })
  .optional()
  .describe(
    'Who may have how much of the pool, as a tree. VMs of namespaces in no share have what the shares leave.',
  );
export type PoolShare = NonNullable<z.output<typeof poolShares>>[number];

const amounts = z.object({
  cpu: z.int32().describe('Virtual CPUs.'),
  memory: z.string().max(32).describe('As a quantity in bytes.'),
});

/** The shares as they are used. */
export const shareStatus = z
  .array(
    z.object({
      name: z.string().max(63).describe('The share.'),
      virtualMachines: z.int32().describe('VMs of it and of shares below it that have hosts.'),
      allocated: amounts.describe('What these have.'),
      reserved: amounts.describe('What is kept free for it and for shares below it besides.'),
      available: amounts.describe('How much more it may have now, whether or not one host has so much.'),
    }),
  )
  .max(128)
  .meta(listMap('name'))
  .optional()
  .describe('The shares of spec.shares as they are used, in the units in which VMs count on hosts.');
