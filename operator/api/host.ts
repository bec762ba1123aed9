import { z } from 'zod';
import {
  conditions,
  dnsSubdomain,
  listAtomic,
  listMap,
  observedGeneration,
  type Resource,
} from './common.ts';
import { taints } from './placement.ts';
import { resourceAmounts } from './resources.ts';

export const hostSpec = z.object({
  hostPoolRef: z
    .object({ name: dnsSubdomain.describe('Name of the HostPool.') })
    .describe('The HostPool that made this Host.'),
  address: z
    .string()
    .min(1)
    .max(253)
    .describe('DNS name or IP address at which its libvirt answers. Set by the HostPool.'),
  unschedulable: z
    .boolean()
    .optional()
    .describe('Set to true to cordon the host: no further VM is placed here; those that run go on running.'),
});

const amounts = z.object({
  cpu: z.int32().describe('CPUs.'),
  memory: z.string().max(32).describe('Memory as a quantity.'),
});

const percent = z.int32().min(0).max(100);

const usedShares = z.object({
  cpuPercent: percent.optional().describe('Of all its CPUs.'),
  memoryPercent: percent.optional().describe('Of its memory, without buffers and caches.'),
});

export const hostStatus = z.object({
  observedGeneration,
  connection: z
    .object({
      state: z
        .enum(['Connecting', 'Connected', 'Lost'])
        .describe('Connecting before the first answer, Connected, or Lost once it stopped answering.'),
      since: z.iso.datetime().describe('Since when.'),
    })
    .optional()
    .describe("The operator's connection to the host's libvirt."),
  versions: z
    .object({
      libvirt: z.string().max(32).describe('Version of libvirt.'),
      hypervisor: z.string().max(32).describe('Version of QEMU.'),
    })
    .optional()
    .describe('What runs on the host.'),
  hypervisor: z
    .object({
      type: z
        .enum(['KVM', 'QEMU'])
        .describe('KVM where the host accelerates guests, QEMU where it emulates them.'),
      hostUUID: z
        .string()
        .max(36)
        .describe("The host's uuid as libvirt tells it; two hosts must not share one."),
    })
    .optional()
    .describe('How VMs are run.'),
  cpu: z
    .object({
      model: z.string().max(128).describe('CPU model.'),
      vendor: z.string().max(128).optional().describe('CPU vendor.'),
      architecture: z.string().max(32).describe('Architecture, such as x86_64.'),
      sockets: z.int32().describe('Sockets for each NUMA cell.'),
      cores: z.int32().describe('Cores for each socket.'),
      threads: z.int32().describe('Threads for each core.'),
      models: z
        .array(z.string().max(64))
        .max(256)
        .meta(listAtomic)
        .optional()
        .describe('CPU models that guests can have here: what VMs may ask for in spec.cpu.model.'),
    })
    .optional()
    .describe('The processor.'),
  machineTypes: z
    .array(z.string().max(64))
    .max(256)
    .meta(listAtomic)
    .optional()
    .describe('Machines that guests can have here: what VMs may ask for in spec.machineType.'),
  numaCells: z
    .array(
      z.object({
        id: z.int32().describe('Number of the cell.'),
        cpus: z.int32().describe('CPUs in it.'),
        cpuSet: z.string().max(4096).optional().describe('Their numbers, such as 0-15,32-47.'),
        memory: z.string().max(32).describe('Memory in it as a quantity.'),
        hugePages: z
          .array(
            z.object({
              size: z.string().max(32).describe('The size of each, such as 2Mi.'),
              count: z.int32().describe('How many there are.'),
            }),
          )
          .max(16)
          .meta(listMap('size'))
          .optional()
          .describe('Huge pages that are set aside in it, whether they are used or not.'),
      }),
    )
    .max(256)
    .meta(listMap('id'))
    .optional()
    .describe('NUMA cells.'),
  capacity: amounts.optional().describe('What the host has.'),
  allocatable: amounts.optional().describe('What VMs may have in all, after hostReserved and over-commit.'),
  allocated: amounts.optional().describe('What placed VMs have.'),
  used: usedShares
    .optional()
    .describe(
      'How busy the host really is, by its VMs and by all else: means over minutes, in steps of 5, that change every ten minutes at most. Metrics tell it as it is.',
    ),
  contentionPercent: percent
    .optional()
    .describe(
      'How much VMs here lack of what they ask for, in the mean; in steps of 10. Placement prefers hosts with less.',
    ),
  resources: z
    .array(z.object(resourceAmounts))
    .max(72)
    .meta(listMap('name'))
    .optional()
    .describe('Resources besides CPUs and memory.'),
  taints: taints.describe('What keeps VMs away that do not tolerate it: of its Node, or of the HostPool.'),
  virtualMachines: z.int32().optional().describe('VMs that are bound to the host.'),
  foreignDomains: z
    .array(z.string().max(253))
    .max(64)
    .meta(listAtomic)
    .optional()
    .describe('Domains on the host that belong to no VirtualMachine, by name; vmfabric leaves them alone.'),
  summary: z
    .object({
      cpu: z.string().max(64).describe('Virtual CPUs allocated of allocatable.'),
      memory: z.string().max(64).describe('Memory allocated of allocatable.'),
    })
    .optional()
    .describe('The columns of kubectl get.'),
  conditions,
});

export type HostSpec = z.output<typeof hostSpec>;
export type HostStatus = z.output<typeof hostStatus>;
export type Host = Resource<HostSpec, HostStatus>;

export const hostConditions = ['Ready', 'Connected', 'Schedulable', 'Overallocated', 'Stalled'] as const;
export type HostCondition = (typeof hostConditions)[number];
