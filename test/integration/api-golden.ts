import { apiVersion, type Condition } from '../../operator/api/common.ts';
import type { HostSpec, HostStatus } from '../../operator/api/host.ts';
import type { HostPoolStatus } from '../../operator/api/hostpool.ts';
import type { PlacementPolicyStatus } from '../../operator/api/placementpolicy.ts';
import type { VirtualMachineStatus } from '../../operator/api/virtualmachine.ts';
import { hostPool, placementPolicy, virtualMachine, virtualMachineClass } from './api-objects.ts';

function condition(type: string, reason: string): Condition {
  const lastTransitionTime = '2026-11-24T08:00:00Z';
  return {
    type,
    status: 'True',
    reason,
    message: 'As it should be.',
    lastTransitionTime,
    observedGeneration: 1,
  };
}

const virtualMachineStatus: VirtualMachineStatus = {
  observedGeneration: 1,
  hostName: 'rack1-a',
  placementGeneration: 1,
  domainUUID: '6f0c51f4-0b0e-4a5f-8e8b-000000000001',
  powerState: 'Running',
  size: { cpu: { cores: 2 }, memory: { size: '4Gi' } },
  interfaces: [{ name: 'eth0', macAddress: '52:54:00:12:34:56', addresses: ['10.77.100.12', 'fd00::12'] }],
  contention: { cpuPercent: 25, memoryPercent: 0 },
  conditions: [condition('Ready', 'Running'), condition('Contended', 'CPUContended')],
};

const hostPoolStatus: HostPoolStatus = {
  observedGeneration: 1,
  hosts: { total: 12, ready: 11, cordoned: 1, lost: 0, overallocated: 0 },
  virtualMachines: 214,
  resources: [
    {
      ...{ name: 'cpu', capacity: '576', allocatable: '2304', allocated: '412' },
      ...{ largestFree: '150', usedPercent: 35 },
    },
    {
      ...{ name: 'memory', capacity: '1536Gi', allocatable: '1500Gi', allocated: '900Gi' },
      ...{ largestFree: '96Gi', usedPercent: 60 },
    },
  ],
  happiness: {
    unhappy: 1,
    worst: [{ namespace: 'shop', name: 'web-1', hostName: 'rack1-a', cpuPercent: 25, memoryPercent: 0 }],
  },
  classes: [{ name: 'medium', fits: 131 }],
  summary: { hosts: '11/12', cpu: '412/2304', memory: '900Gi/1500Gi', headroom: '1 host, 131 medium' },
  conditions: [condition('Ready', 'HostsReady')],
};

const hostSpec: HostSpec = { hostPoolRef: { name: 'golden' }, address: '10.0.0.11' };
const hostStatus: HostStatus = {
  observedGeneration: 1,
  connection: { state: 'Connected', since: '2026-11-24T08:00:00Z' },
  versions: { libvirt: '9.0.0', hypervisor: '7.2.0' },
  used: { cpuPercent: 45, memoryPercent: 60 },
  contentionPercent: 10,
  virtualMachines: 18,
  summary: { cpu: '36/192', memory: '80Gi/125Gi' },
  conditions: [condition('Ready', 'Connected')],
};

const placementPolicyStatus: PlacementPolicyStatus = {
  observedGeneration: 1,
  selected: 5,
  satisfied: 5,
  conditions: [condition('Ready', 'Satisfied')],
};

/** One object of each kind, named `golden`, with a status in which every printer column finds a value. */
export function goldenObjects(namespace: string) {
  const name = 'golden';
  return [
    {
      ...virtualMachine({ classRef: { name }, memory: undefined }),
      metadata: { name, namespace },
      status: virtualMachineStatus,
    },
    { ...hostPool(), metadata: { name }, status: hostPoolStatus },
    { apiVersion, kind: 'Host', metadata: { name }, spec: hostSpec, status: hostStatus },
    { ...virtualMachineClass({ overcommit: { cpuPercent: 100, memoryPercent: 100 } }), metadata: { name } },
    { ...placementPolicy(), metadata: { name, namespace }, status: placementPolicyStatus },
  ];
}
