import { z } from 'zod';
import { dnsSubdomain, listMap } from './common.ts';

const percent = z.int32().min(0);

/** What HostPool.status tells of the room that is left, and of how it lies. */
export const roomStatus = {
  largestVirtualMachine: z
    .object({
      cpu: z.object({ cores: z.int32().describe('Virtual CPUs.') }).describe('Processors.'),
      memory: z.object({ size: z.string().max(32).describe('As a quantity in bytes.') }).describe('Memory.'),
    })
    .optional()
    .describe(
      'The largest VM that still fits: all that is free on the host that has most of both; with a failureReserve, what such hosts of enough failure domains have to spare. By room and reserve alone: spec.shares may keep it from a namespace.',
    ),
  classes: z
    .array(
      z.object({
        name: dnsSubdomain.describe('The VirtualMachineClass.'),
        fits: z.int32().describe('How many more VMs of it find a host if no other VM comes.'),
      }),
    )
    .max(64)
    .meta(listMap('name'))
    .optional()
    .describe(
      'How many more VMs of each class fit, of such without selectors and policies. With a failureReserve: beside what it keeps free, and with places of their own; a few more may come in, as places are moved for them. By room and reserve alone: spec.shares may give a namespace less, or nothing.',
    ),
  imbalance: z
    .object({
      standardDeviationPercent: percent.describe('Standard deviation of the loads of the ready hosts.'),
      fullestPercent: percent.describe('Load of the fullest ready host.'),
    })
    .optional()
    .describe('How unevenly hosts are loaded; the load of a host is the larger of its parts allocated.'),
};

export const strandedPercent = percent
  .max(100)
  .optional()
  .describe(
    'Part of what is free on ready hosts that is of no use, as the other of CPUs and memory runs out there first; by the proportion of the two in the whole pool.',
  );
