import { z } from 'zod';
import {
  byteQuantity,
  cel,
  conditions,
  dnsLabel,
  dnsSubdomain,
  labelSelector,
  labels,
  listMap,
  matching,
  observedGeneration,
  type Resource,
  smallLabelSelector,
} from './common.ts';
import { failureReserve } from './failure-reserve.ts';
import { happiness, usedPercent } from './hostpool-happiness.ts';
import { roomStatus, strandedPercent } from './hostpool-room.ts';
import { taints } from './placement.ts';
import { poolResources, resourceAmounts } from './resources.ts';
import { poolShares, shareStatus } from './shares.ts';
import { overcommitPercent } from './size.ts';

const absolutePath = matching(
  /^\/\P{Cc}*$/u,
  'must be an absolute path on the hosts, such as /boot/vmlinuz',
).max(1024);

const address = matching(
  /^[A-Za-z0-9:]([-A-Za-z0-9.:]*[A-Za-z0-9:])?$/,
  'must be a DNS name or an IP address, without port or brackets',
)
  .min(1)
  .max(253);

const bridge = matching(/^[A-Za-z0-9_.-]+$/, 'must be the name of a bridge as ip link shows it, such as br1')
  .min(1)
  .max(15);

export const hostPoolSpec = z
  .object({
    nodeSelector: labelSelector
      .optional()
      .describe('Every Node with these labels becomes a Host, reached at its InternalIP.'),
    staticHosts: z
      .array(
        z.object({
          name: dnsSubdomain.describe('Name of the Host.'),
          address: address.describe('DNS name or IP address at which its libvirt answers.'),
          labels: labels.optional().describe('Labels of the Host, for selectors and topology.'),
          taints: taints.describe('Keep VMs away that do not tolerate them, as taints of a Node do.'),
        }),
      )
      .max(1000)
      .meta(listMap('name'))
      .default([])
      .describe('Hosts that are no Nodes.'),
    connection: z
      .object({
        type: z
          .enum(['Direct'])
          .default('Direct')
          .describe('Direct connects to libvirt on each host over mutual TLS.'),
        port: z.int32().min(1).max(65535).default(16514).describe("Port of libvirt's TLS socket."),
        tlsSecretRef: z
          .object({
            namespace: dnsLabel.describe('Namespace of the Secret.'),
            name: dnsSubdomain.describe('Name of the Secret.'),
          })
          .describe("Secret with the client's certificate: keys ca.crt, tls.crt and tls.key."),
      })
      .describe('How to reach libvirt on the hosts.'),
    overcommit: z
      .object({
        cpuPercent: overcommitPercent.cpu
          .default(400)
          .describe('Virtual CPUs that may be placed per 100 physical ones.'),
        memoryPercent: overcommitPercent.memory
          .default(100)
          .describe('Memory that may be placed, in percent of the physical memory left after hostReserved.'),
      })
      .default({ cpuPercent: 400, memoryPercent: 100 })
      .describe('How far the sum of the VMs may exceed what a host has.'),
    hostReserved: z
      .object({
        cpuCores: z.int32().min(0).max(1024).default(0).describe('Physical CPUs kept from VMs.'),
        memory: byteQuantity.default('1Gi').describe('Memory kept from VMs, as a quantity in bytes.'),
      })
      .default({ cpuCores: 0, memory: '1Gi' })
      .describe('What each host keeps for itself.'),
    failureReserve: failureReserve
      .optional()
      .describe(
        'Room that is kept free for failures: a VM is placed only where every VM still has a place after them. VMs that are placed already are never touched for it.',
      ),
    preemption: z
      .object({
        mode: z
          .enum(['Disabled', 'StopVirtualMachines'])
          .default('Disabled')
          .describe(
            'With StopVirtualMachines a VM that finds no host may have VMs of lower priority shut down, which are then placed again where there is room. Disabled never stops a VM for another one.',
          ),
      })
      .default({ mode: 'Disabled' })
      .describe('What may be done for VMs with a higher priority.'),
    strategy: z
      .enum(['Spread', 'Pack'])
      .default('Spread')
      .describe('Spread prefers the emptiest host, Pack the fullest on which the VM fits.'),
    networks: z
      .array(
        z.object({
          name: dnsLabel.describe('The name by which VMs ask for it.'),
          type: z.enum(['Bridge']).default('Bridge').describe('Bridge plugs VMs into a bridge of the hosts.'),
          bridge: bridge.describe('Name of the bridge on the hosts.'),
          hostSelector: smallLabelSelector
            .optional()
            .describe('The hosts that have it. Default: all of them.'),
        }),
      )
      .max(256)
      .meta(listMap('name'))
      .default([])
      .describe('Networks that VMs may be plugged into.'),
    kernels: z
      .array(
        z.object({
          name: dnsLabel.describe('The name by which VMs ask for it.'),
          imagePath: absolutePath.describe('Path of the kernel image on the hosts.'),
          initrdPath: absolutePath.optional().describe('Path of the initial RAM disk on the hosts.'),
          hostSelector: smallLabelSelector
            .optional()
            .describe('The hosts that have it. Default: all of them.'),
        }),
      )
      .max(64)
      .meta(listMap('name'))
      .default([])
      .describe('Kernels that VMs may boot directly. Only files named here are ever opened for a VM.'),
    resources: poolResources,
    shares: poolShares,
  })
  .meta(
    cel({
      rule: 'has(self.nodeSelector) || size(self.staticHosts) > 0',
      message:
        'the pool has no hosts: set spec.nodeSelector to the labels of your libvirt Nodes, or list spec.staticHosts',
    }),
  );

export const hostPoolStatus = z.object({
  observedGeneration,
  hosts: z
    .object({
      total: z.int32().describe('Hosts of the pool.'),
      ready: z.int32().describe('Hosts that VMs may be placed on.'),
      cordoned: z
        .int32()
        .describe('Hosts that an admin has cordoned, or whose Node is; not those that are about to go.'),
      lost: z.int32().describe('Hosts that do not answer.'),
      overallocated: z
        .int32()
        .describe('Hosts of which more is allocated than there is: their condition Overallocated.'),
    })
    .optional()
    .describe('Hosts by state.'),
  virtualMachines: z.int32().optional().describe('VMs that are bound to hosts of the pool.'),
  resources: z
    .array(
      z.object({
        ...resourceAmounts,
        capacity: z.string().max(32).describe('What the hosts have.'),
        reserved: z
          .string()
          .max(32)
          .optional()
          .describe('What is kept free of it for failures, as spec.failureReserve asks.'),
        largestFree: z.string().max(32).describe('The largest amount that is free on one ready host.'),
        strandedPercent,
        usedPercent,
      }),
    )
    .max(72)
    .meta(listMap('name'))
    .optional()
    .describe('The pool as one computer.'),
  ...roomStatus,
  happiness,
  shares: shareStatus,
  headroom: z
    .int32()
    .optional()
    .describe('Failures that the pool can take now, up to spec.failureReserve.failures.'),
  summary: z
    .object({
      hosts: z.string().max(64).describe('Hosts that VMs may be placed on, of all.'),
      cpu: z.string().max(64).describe('Virtual CPUs allocated of allocatable.'),
      memory: z.string().max(64).describe('Memory allocated of allocatable.'),
      headroom: z
        .string()
        .max(128)
        .optional()
        .describe(
          'Failures that the pool can take now of those that spec.failureReserve asks for, and what fits by room and reserve, before spec.shares.',
        ),
    })
    .optional()
    .describe('The columns of kubectl get.'),
  conditions,
});

export type HostPoolSpec = z.output<typeof hostPoolSpec>;
export type HostPoolStatus = z.output<typeof hostPoolStatus>;
export type HostPool = Resource<HostPoolSpec, HostPoolStatus>;

/** ReserveKept and SharesValid stand only on pools that have a reserve, or shares. */
export const hostPoolConditions = ['Ready', 'Stalled', 'ReserveKept', 'SharesValid'] as const;
export type HostPoolCondition = (typeof hostPoolConditions)[number];
