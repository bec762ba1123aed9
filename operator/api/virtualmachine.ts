import { z } from 'zod';
import {
  byteQuantity,
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
import { hostAffinity, tolerations } from './placement.ts';
import { resourceClaims } from './resources.ts';

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

export const virtualMachineSpec = z
  .object({
    runStrategy: z
      .enum(['Always', 'Halted', 'Manual'])
      .default('Always')
      .describe(
        'Always keeps the VM running, Halted keeps it stopped, Manual leaves starting and stopping to whoever operates it on the host.',
      ),
    cpu: z
      .object({ cores: z.int32().min(1).max(512).default(1).describe('Number of virtual CPUs.') })
      .default({ cores: 1 })
      .describe('Virtual processors.'),
    memory: z
      .object({
        size: byteQuantity.describe('Memory of the guest as a quantity in bytes, such as 512Mi or 4Gi.').meta(
          cel({
            // What is no quantity is the other rule's affair.
            rule: "!isQuantity(self) || quantity(self).compareTo(quantity('16Mi')) >= 0 && quantity(self).compareTo(quantity('16Ti')) <= 0",
            message:
              'must be from 16Mi to 16Ti; a number without a unit is bytes, so write 4Gi for four gibibytes',
          }),
        ),
      })
      .describe('Memory.'),
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
    cel({
      rule: 'has(self.kernel)',
      message: "the VM has nothing to boot: name one of its HostPool's spec.kernels in spec.kernel.name",
      fieldPath: '.kernel',
      reason: 'FieldValueRequired',
    }),
  );

export const virtualMachineStatus = z.object({
  observedGeneration,
  hostName: dnsSubdomain.optional().describe('The Host that the VM is bound to.'),
  placementGeneration: z
    .int32()
    .min(0)
    .optional()
    .describe('Counts the placements; a domain with an older one is stale and must not run.'),
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
  allocated: z
    .object({
      cpu: z.object({ cores: z.int32().min(0).describe('Number of virtual CPUs.') }).describe('Processors.'),
      memory: z.object({ size: z.string().max(32).describe('As a quantity in bytes.') }).describe('Memory.'),
    })
    .optional()
    .describe('What the guest runs with, or ran with last; the spec may ask for more or less by now.'),
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
  'Stalled',
] as const;
export type VirtualMachineCondition = (typeof virtualMachineConditions)[number];
