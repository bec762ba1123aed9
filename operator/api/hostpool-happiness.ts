import { z } from 'zod';
import { dnsLabel, dnsSubdomain, listAtomic } from './common.ts';
import { lacks } from './lacks.ts';

/** Part of a status entry for cpu and memory. */
export const usedPercent = z
  .int32()
  .min(0)
  .max(100)
  .optional()
  .describe('What is really used of the capacity of the connected hosts, in steps of 5.');

/** What HostPool.status tells of whether VMs get what they ask for. */
export const happiness = z
  .object({
    unhappy: z
      .int32()
      .min(0)
      .describe('VMs that do not get what they ask for: their condition Contended is True.'),
    worst: z
      .array(
        z.object({
          namespace: dnsLabel.describe('Its namespace.'),
          name: dnsLabel.describe('Its name.'),
          hostName: dnsSubdomain.optional().describe('The Host that it is on.'),
          ...lacks,
        }),
      )
      .max(5)
      .meta(listAtomic)
      .optional()
      .describe('Those that lack most.'),
  })
  .optional()
  .describe('Whether VMs get what they ask for.');
