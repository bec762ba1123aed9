import type { Scenario, Step } from '../scenario.ts';
import { poolOf } from './pool.ts';

const apart: Step = {
  putPolicy: 'apart',
  spec: {
    vmSelector: { matchLabels: { app: 'db' } },
    vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }],
  },
};
const gang: Step = {
  putPolicy: 'gang',
  spec: { vmSelector: { matchLabels: { app: 'db' } }, gang: { minMembers: 3 } },
};
const mayStop: Step = {
  patch: 'HostPool',
  name: 'default',
  with: { spec: { preemption: { mode: 'StopVirtualMachines' } } },
};
const small = (...names: string[]): Step[] =>
  names.map((name) => ({ putVm: name, spec: { memory: { size: '30Gi' } } }));
const vms = (...names: string[]): Step[] => names.map((name) => ({ putVm: name, labels: { app: 'db' } }));

export const placementScenarios: readonly Scenario[] = [
  {
    name: 'three VMs that must be apart come to three hosts',
    isAnyHostRight: true,
    setup: [...poolOf(3), apart],
    steps: vms('db-1', 'db-2', 'db-3'),
  },
  {
    name: 'the fourth of them waits until one is deleted',
    isAnyHostRight: true,
    setup: [...poolOf(3), apart, ...vms('db-1', 'db-2', 'db-3')],
    steps: [...vms('db-4'), 'settle', { delete: 'VirtualMachine', name: 'db-2' }],
  },
  {
    name: 'four VMs are made at once',
    isAnyHostRight: true,
    setup: poolOf(2),
    steps: vms('db-1', 'db-2', 'db-3', 'db-4'),
  },
  {
    name: 'three VMs are deleted at once',
    setup: [...poolOf(3), ...vms('db-1', 'db-2', 'db-3')],
    steps: ['db-1', 'db-2', 'db-3'].map((name): Step => ({ delete: 'VirtualMachine', name })),
  },
  {
    name: 'a policy comes to select a VM by its labels',
    setup: [...poolOf(1), apart, { putVm: 'db-1' }],
    steps: [{ patch: 'VirtualMachine', name: 'db-1', with: { metadata: { labels: { app: 'db' } } } }],
  },
  {
    name: 'a gang is placed once all of it are there',
    isAnyHostRight: true,
    setup: [...poolOf(2), gang, ...vms('db-1', 'db-2')],
    steps: vms('db-3'),
  },
  {
    name: 'a gang is placed once there is room for all of it',
    isAnyHostRight: true,
    setup: [
      ...poolOf(1),
      { putVm: 'large', spec: { memory: { size: '62Gi' } } },
      'settle',
      gang,
      ...vms('db-1', 'db-2', 'db-3'),
    ],
    steps: [{ delete: 'VirtualMachine', name: 'large' }],
  },
  {
    name: 'two VMs make way for a more important one, and run again when it is gone',
    setup: [...poolOf(1), mayStop, 'settle', ...small('db-1', 'db-2')],
    steps: [
      { putVm: 'db-3', spec: { memory: { size: '60Gi' }, placement: { priority: 5 } } },
      'settle',
      { delete: 'VirtualMachine', name: 'db-3' },
    ],
  },
  {
    name: 'a VM makes way that does not heed its power button',
    setup: [
      ...poolOf(1),
      mayStop,
      { guests: 'deaf' },
      { putVm: 'db-1', spec: { memory: { size: '60Gi' }, terminationGracePeriodSeconds: 20 } },
    ],
    steps: [{ putVm: 'db-2', spec: { memory: { size: '60Gi' }, placement: { priority: 5 } } }],
  },
  {
    name: 'a policy is deleted for which a VM waited',
    isAnyHostRight: true,
    setup: [...poolOf(1), apart, ...vms('db-1', 'db-2')],
    steps: [{ delete: 'PlacementPolicy', name: 'apart' }],
  },
];
