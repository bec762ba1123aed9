import { z } from 'zod';
import { cel, type Resource } from './common.ts';
import { cpuCores, hugePageSize, memorySize, overcommitPercent, wholePages } from './size.ts';

export const virtualMachineClassSpec = z
  .object({
    cpu: z.object({ cores: cpuCores.describe('Number of virtual CPUs.') }).describe('Virtual processors.'),
    memory: z.object({ size: memorySize, hugePageSize }).meta(wholePages).describe('Memory.'),
    overcommit: z
      .object({
        cpuPercent: overcommitPercent.cpu
          .optional()
          .describe("Virtual CPUs of this class per 100 physical ones. Default: the HostPool's."),
        memoryPercent: overcommitPercent.memory
          .optional()
          .describe(
            "Memory of VMs of this class in percent of the physical memory that is kept for it. Default: the HostPool's.",
          ),
      })
      .optional()
      .describe(
        "How far VMs of this class may exceed what a host has, in place of the HostPool's spec.overcommit. A VM of a class of 100 counts four times in a pool of 400: nobody shares what it has.",
      ),
  })
  .meta(
    cel({
      rule: '!has(self.memory.hugePageSize) || !has(self.overcommit) || !has(self.overcommit.memoryPercent)',
      message: 'nobody shares huge pages: leave out overcommit.memoryPercent, or memory.hugePageSize',
      fieldPath: '.overcommit.memoryPercent',
      reason: 'FieldValueForbidden',
    }),
  );

export type VirtualMachineClassSpec = z.output<typeof virtualMachineClassSpec>;
/** It has no status: what there is to tell stands in the VMs of the class, and in the HostPools on which it fits. */
export type VirtualMachineClass = Resource<VirtualMachineClassSpec, never>;
