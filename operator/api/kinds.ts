import type { z } from 'zod';
import { type ResourceType, resourceType } from '../kube/object.ts';
import { type CelRule, group, version } from './common.ts';
import { type Host, hostConditions, hostSpec, hostStatus } from './host.ts';
import { type HostPool, hostPoolConditions, hostPoolSpec, hostPoolStatus } from './hostpool.ts';
import {
  type PlacementPolicy,
  placementPolicyConditions,
  placementPolicySpec,
  placementPolicyStatus,
} from './placementpolicy.ts';
import {
  type VirtualMachine,
  virtualMachineConditions,
  virtualMachineSpec,
  virtualMachineStatus,
} from './virtualmachine.ts';
import { type VirtualMachineClass, virtualMachineClassSpec } from './virtualmachineclass.ts';

export const virtualMachines = resourceType<VirtualMachine>({
  group,
  version,
  plural: 'virtualmachines',
  kind: 'VirtualMachine',
  namespaced: true,
});
export const hostPools = resourceType<HostPool>({
  group,
  version,
  plural: 'hostpools',
  kind: 'HostPool',
  namespaced: false,
});
export const hosts = resourceType<Host>({ group, version, plural: 'hosts', kind: 'Host', namespaced: false });
export const placementPolicies = resourceType<PlacementPolicy>({
  group,
  version,
  plural: 'placementpolicies',
  kind: 'PlacementPolicy',
  namespaced: true,
});
export const virtualMachineClasses = resourceType<VirtualMachineClass>({
  group,
  version,
  plural: 'virtualmachineclasses',
  kind: 'VirtualMachineClass',
  namespaced: false,
});

/** A column of `kubectl get`; those with `wide` show with `-o wide` only. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  description?: string;
  wide?: true;
}

/** All that a CRD says of a kind besides its schema. */
export interface Kind {
  type: ResourceType;
  singular: string;
  shortNames: string[];
  description: string;
  spec: z.ZodType;
  /** Absent of a kind about which there is nothing to tell. */
  status?: z.ZodType;
  /** CEL rules over the whole object. */
  rules: CelRule[];
  columns: PrinterColumn[];
  /** Types of conditions in its status. */
  conditions: readonly string[];
  /** Paths by which `kubectl get --field-selector` and watches may select. */
  selectableFields: string[];
}

const conditionStatus = (type: string) => `.status.conditions[?(@.type=="${type}")].status`;
const usedOf = (resource: string) => `.status.resources[?(@.name=="${resource}")].usedPercent`;
const readyCondition = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`;
const ready: PrinterColumn = { name: 'Ready', type: 'string', jsonPath: readyCondition('status') };
const reason: PrinterColumn = { name: 'Reason', type: 'string', jsonPath: readyCondition('reason') };
const age: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

export const kinds: readonly Kind[] = [
  {
    type: virtualMachines,
    singular: 'virtualmachine',
    shortNames: ['vm'],
    description: 'A virtual machine: a plain libvirt domain on one host of a HostPool.',
    spec: virtualMachineSpec,
    status: virtualMachineStatus,
    conditions: virtualMachineConditions,
    rules: [
      {
        rule: "size(self.metadata.name) <= 63 && !self.metadata.name.contains('.')",
        message: 'metadata.name names the guest as well: at most 63 characters and no dots',
        fieldPath: '.metadata.name',
      },
    ],
    columns: [
      ready,
      { name: 'State', type: 'string', jsonPath: '.status.powerState' },
      reason,
      { name: 'Host', type: 'string', jsonPath: '.status.hostName' },
      { name: 'IP', type: 'string', jsonPath: '.status.interfaces[0].addresses[0]' },
      { name: 'Class', type: 'string', jsonPath: '.spec.classRef.name', wide: true },
      { name: 'CPU', type: 'integer', jsonPath: '.status.size.cpu.cores', wide: true },
      { name: 'Memory', type: 'string', jsonPath: '.status.size.memory.size', wide: true },
      { name: 'Strategy', type: 'string', jsonPath: '.spec.runStrategy', wide: true },
      { name: 'Contended', type: 'string', jsonPath: conditionStatus('Contended'), wide: true },
      { name: 'Domain', type: 'string', jsonPath: '.status.domainUUID', wide: true },
      age,
    ],
    selectableFields: ['.status.hostName', '.spec.runStrategy', '.spec.classRef.name'],
  },
  {
    type: hostPools,
    singular: 'hostpool',
    shortNames: ['hp'],
    description: 'A set of libvirt hosts seen as one computer.',
    spec: hostPoolSpec,
    status: hostPoolStatus,
    conditions: hostPoolConditions,
    rules: [],
    columns: [
      ready,
      { name: 'Hosts', type: 'string', jsonPath: '.status.summary.hosts' },
      { name: 'VMs', type: 'integer', jsonPath: '.status.virtualMachines' },
      { name: 'CPU', type: 'string', jsonPath: '.status.summary.cpu' },
      { name: 'Memory', type: 'string', jsonPath: '.status.summary.memory' },
      { name: 'Headroom', type: 'string', jsonPath: '.status.summary.headroom' },
      { name: 'CPU-Used%', type: 'integer', jsonPath: usedOf('cpu'), wide: true },
      { name: 'Memory-Used%', type: 'integer', jsonPath: usedOf('memory'), wide: true },
      { name: 'Unhappy', type: 'integer', jsonPath: '.status.happiness.unhappy', wide: true },
      { ...reason, wide: true },
      age,
    ],
    selectableFields: [],
  },
  {
    type: hosts,
    singular: 'host',
    shortNames: ['vmhost'],
    description: 'One libvirt host; created and deleted by its HostPool.',
    spec: hostSpec,
    status: hostStatus,
    conditions: hostConditions,
    rules: [],
    columns: [
      ready,
      { name: 'State', type: 'string', jsonPath: '.status.connection.state' },
      { name: 'Pool', type: 'string', jsonPath: '.spec.hostPoolRef.name' },
      { name: 'VMs', type: 'integer', jsonPath: '.status.virtualMachines' },
      { name: 'CPU', type: 'string', jsonPath: '.status.summary.cpu' },
      { name: 'Memory', type: 'string', jsonPath: '.status.summary.memory' },
      { name: 'Libvirt', type: 'string', jsonPath: '.status.versions.libvirt' },
      { ...reason, wide: true },
      { name: 'CPU-Used%', type: 'integer', jsonPath: '.status.used.cpuPercent', wide: true },
      { name: 'Memory-Used%', type: 'integer', jsonPath: '.status.used.memoryPercent', wide: true },
      { name: 'Contention%', type: 'integer', jsonPath: '.status.contentionPercent', wide: true },
      { name: 'Address', type: 'string', jsonPath: '.spec.address', wide: true },
      age,
    ],
    selectableFields: ['.spec.hostPoolRef.name'],
  },
  {
    type: placementPolicies,
    singular: 'placementpolicy',
    shortNames: ['pp'],
    description: 'Rules for where the VMs that it selects by label may and should live.',
    spec: placementPolicySpec,
    status: placementPolicyStatus,
    conditions: placementPolicyConditions,
    rules: [],
    columns: [
      ready,
      { name: 'Selected', type: 'integer', jsonPath: '.status.selected' },
      { name: 'Satisfied', type: 'integer', jsonPath: '.status.satisfied' },
      { ...reason, wide: true },
      age,
    ],
    selectableFields: [],
  },
  {
    type: virtualMachineClasses,
    singular: 'virtualmachineclass',
    shortNames: ['vmclass'],
    description: 'A size by name: VMs that refer to it get its CPUs and memory, and its over-commit.',
    spec: virtualMachineClassSpec,
    conditions: [],
    rules: [],
    columns: [
      { name: 'CPU', type: 'integer', jsonPath: '.spec.cpu.cores' },
      { name: 'Memory', type: 'string', jsonPath: '.spec.memory.size' },
      { name: 'CPU-Overcommit', type: 'integer', jsonPath: '.spec.overcommit.cpuPercent' },
      { name: 'Memory-Overcommit', type: 'integer', jsonPath: '.spec.overcommit.memoryPercent' },
      age,
    ],
    selectableFields: [],
  },
];
