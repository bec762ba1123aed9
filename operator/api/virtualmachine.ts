import { z } from 'zod';
import {
  type CelRule,
  cel,
  conditions,
  dnsLabel,
  dnsSubdomain,
  labelSelector,
  listAtomic,
  listMap,
  matching,
  observedGeneration,
  priority,
  type Resource,
} from './common.ts';
import { cpuModel, machineType } from './guest-hardware.ts';
import { lacks } from './lacks.ts';
import { hostAffinity, tolerations } from './placement.ts';
import { resourceClaims } from './resources.ts';
import { cpuCores, hugePageSize, hugePageSizes, memorySize, wholePages } from './size.ts';
import { virtualMachineClassSpec } from './virtualmachineclass.ts';

const macAddress = matching(
  /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/,
  'must be a MAC address in lower case that is no multicast address, such as 52:54:00:12:34:56',
);

const networkInterface = z.object({
  name: dnsLabel.describe('Names the interface within the VM.'),
  network: dnsLabel.describe("The network it is plugged into: one of the HostPool's spec.networks."),
  macAddress: macAddress
    .max(17)
    .optional()
    .describe(
      'Its MAC address in lower case, like 52:54:00:12:34:56. Default: derived from the VM; see status.',
    ),
});

/** The size of a VM stands in one place, so that nobody has to know which of two holds. */
const sizeRules: CelRule[] = [
  {
    rule: 'has(self.classRef) || has(self.memory) && has(self.memory.size)',
    message: 'the VM has no size: give memory.size, or name a VirtualMachineClass in classRef',
    fieldPath: '.memory',
    reason: 'FieldValueRequired',
  },
  {
    rule: '!has(self.classRef) || !has(self.cpu) || !has(self.cpu.cores)',
    message: 'the class in classRef gives the number of CPUs: leave out cpu.cores, or classRef',
    fieldPath: '.cpu.cores',
    reason: 'FieldValueForbidden',
  },
  {
    rule: '!has(self.classRef) || !has(self.memory) || !has(self.memory.size)',
    message: 'the class in classRef gives the memory: leave out memory.size, or classRef',
    fieldPath: '.memory.size',
    reason: 'FieldValueForbidden',
  },
  {
    rule: '!has(self.classRef) || !has(self.memory) || !has(self.memory.hugePageSize)',
    message: 'the class in classRef gives the memory: leave out memory.hugePageSize, or classRef',
    fieldPath: '.memory.hugePageSize',
    reason: 'FieldValueForbidden',
  },
];

const sizeInStatus = {
  cpu: z.object({ cores: z.int32().min(0).describe('Number of virtual CPUs.') }).describe('Processors.'),
  memory: z
    .object({
      size: z.string().max(32).describe('As a quantity in bytes.'),
      hugePageSize: z
        .enum(hugePageSizes)
        .optional()
        .describe('The size of its pages, if they are huge ones.'),
    })
    .describe('Memory.'),
};

export const virtualMachineSpec = z
  .object({
    runStrategy: z
      .enum(['Always', 'Halted', 'Manual'])
      .default('Always')
      .describe(
        'Always keeps the VM running, Halted keeps it stopped, Manual leaves starting and stopping to whoever operates it on the host.',
      ),
    classRef: z
      .object({ name: dnsSubdomain.describe('Name of the VirtualMachineClass.') })
      .optional()
      .describe(
        'The VirtualMachineClass that gives the VM its CPUs and memory, in place of cpu.cores and memory.size.',
      ),
    cpu: z
      .object({
        cores: cpuCores.optional().describe('Number of virtual CPUs. Default: 1, or that of the class.'),
        model: cpuModel,
      })
      .optional()
      .describe('Virtual processors.'),
    memory: z
      .object({ size: memorySize.optional(), hugePageSize })
      .optional()
      .meta(wholePages)
      .describe('Memory; its size must be given unless classRef gives it.'),
    machineType,
    resources: resourceClaims,
    kernel: z
      .object({
        name: dnsLabel.describe("The kernel to boot: one of the HostPool's spec.kernels."),
        commandLine: matching(/^\P{Cc}*$/u, 'must be one line')
          .max(2048)
          .default('')
          .describe('Command line for the kernel.'),
      })
      .optional()
      .describe('Boots a kernel of the HostPool directly, without firmware and boot loader.'),
    interfaces: z
      .array(networkInterface)
      .max(16)
      .meta(listMap('name'))
      .default([])
      .describe('Network interfaces, in the order in which the guest sees them.'),
    placement: z
      .object({
        hostPoolRef: z
          .object({ name: dnsSubdomain.describe('Name of the HostPool.') })
          .default({ name: 'default' })
          .describe('The HostPool that the VM lives in.'),
        hostSelector: labelSelector.optional().describe('Only hosts with these labels may carry the VM.'),
        priority: priority.describe(
          'How important the VM is: of VMs that wait for room, higher ones come first. Default: the highest priority of the PlacementPolicies that select it, else 0.',
        ),
        hostAffinity,
        tolerations,
        numaPolicy: z
          .enum(['Any', 'SingleCell'])
          .optional()
          .describe(
            'SingleCell gives the VM all its CPUs and memory from one NUMA cell of its host. Default: Any, by which the host decides.',
          ),
      })
      .default({ hostPoolRef: { name: 'default' } })
      .describe('Where the VM may live.')
      .meta(
        cel({
          rule: 'self.hostPoolRef == oldSelf.hostPoolRef',
          message: 'hostPoolRef cannot be changed: delete the VM and create it in the other HostPool',
          fieldPath: '.hostPoolRef',
        }),
      ),
    terminationGracePeriodSeconds: z
      .int32()
      .min(0)
      .max(86400)
      .default(60)
      .describe('Seconds that the guest has to shut down when it is asked to, before it is powered off.'),
  })
  .meta(
    cel(
      {
        rule: 'has(self.kernel)',
        message: "the VM has nothing to boot: name one of its HostPool's spec.kernels in spec.kernel.name",
        fieldPath: '.kernel',
        reason: 'FieldValueRequired',
      },
      ...sizeRules,
    ),
  );

export const virtualMachineStatus = z.object({
  observedGeneration,
  hostName: dnsSubdomain.optional().describe('The Host that the VM is bound to.'),
  placementGeneration: z
    .int32()
    .min(0)
    .optional()
    .describe('Counts the placements; a domain with an older one is stale and must not run.'),
  numaCell: z
    .int32()
    .min(0)
    .optional()
    .describe(
      'The NUMA cell of the host that the VM is to have its CPUs and memory from, if it asks for one.',
    ),
  makesWayFor: z
    .object({
      namespace: dnsLabel.describe('Its namespace.'),
      name: dnsLabel.describe('Its name.'),
      uid: z.string().max(64).describe('Its uid.'),
    })
    .optional()
    .describe('The more important VM for which this one is being shut down and taken off its host.'),
  domainUUID: z
    .string()
    .max(36)
    .optional()
    .describe('The uuid of the libvirt domain; find it with virsh dominfo.'),
  powerState: z
    .enum(['Running', 'Paused', 'Stopped', 'Unknown'])
    .optional()
    .describe('What the host says: Running, Paused, Stopped, or Unknown while the host does not answer.'),
  size: z
    .object({
      ...sizeInStatus,
      overcommit: virtualMachineClassSpec.shape.overcommit.describe(
        'That of its class, if it has one of its own.',
      ),
    })
    .optional()
    .describe(
      'What the VM asks for, by its spec or by its class; of a class that is gone, what it was last.',
    ),
  allocated: z
    .object({
      ...sizeInStatus,
      numaCell: z.int32().min(0).optional().describe('The NUMA cell that all of it is from.'),
    })
    .optional()
    .describe('What the guest runs with, or ran with last; the VM may ask for more or less by now.'),
  contention: z
    .object(lacks)
    .optional()
    .describe('What the VM lacks of what it asks for; absent while it gets it, as far as its host tells.'),
  interfaces: z
    .array(
      z.object({
        name: dnsLabel.describe('The name in spec.interfaces.'),
        macAddress: macAddress.max(17).describe('Its MAC address.'),
        addresses: z
          .array(z.string().max(45))
          .max(32)
          .meta(listAtomic)
          .optional()
          .describe('IP addresses that the guest reports.'),
      }),
    )
    .max(16)
    .meta(listMap('name'))
    .optional()
    .describe('Network interfaces as they are.'),
  conditions,
});

export type VirtualMachineSpec = z.output<typeof virtualMachineSpec>;
export type VirtualMachineStatus = z.output<typeof virtualMachineStatus>;
export type VirtualMachine = Resource<VirtualMachineSpec, VirtualMachineStatus>;
export type PowerState = NonNullable<VirtualMachineStatus['powerState']>;

/** Every condition of a VirtualMachine; all are set on the first visit. */
export const virtualMachineConditions = [
  'Ready',
  'Scheduled',
  'Running',
  'RestartRequired',
  'Contended',
  'Stalled',
] as const;
export type VirtualMachineCondition = (typeof virtualMachineConditions)[number];
