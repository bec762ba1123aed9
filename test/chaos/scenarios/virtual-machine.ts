import type { Scenario, Step } from '../scenario.ts';
import { poolOf } from './pool.ts';

const running: Step[] = [...poolOf(2), { putVm: 'web-1' }];
const halted: Step[] = [...running, 'settle', patch({ spec: { runStrategy: 'Halted' } })];

function patch(change: object): Step {
  return { patch: 'VirtualMachine', name: 'web-1', with: change };
}

export const virtualMachineScenarios: readonly Scenario[] = [
  { name: 'a VM is created', setup: poolOf(2), steps: [{ putVm: 'web-1' }] },
  { name: 'a VM is stopped', setup: running, steps: [patch({ spec: { runStrategy: 'Halted' } })] },
  {
    name: 'a VM that does not heed its power button is stopped',
    setup: [
      ...poolOf(1),
      { guests: 'deaf' },
      { putVm: 'web-1', spec: { terminationGracePeriodSeconds: 20 } },
    ],
    steps: [patch({ spec: { runStrategy: 'Halted' } })],
  },
  { name: 'a VM is started again', setup: halted, steps: [patch({ spec: { runStrategy: 'Always' } })] },
  {
    name: 'a VM is stopped and started again in the middle of it',
    mayDoLess: true,
    setup: running,
    steps: [
      patch({ spec: { runStrategy: 'Halted' } }),
      { waitMs: 500 },
      patch({ spec: { runStrategy: 'Always' } }),
    ],
  },
  { name: 'a VM is deleted', setup: running, steps: [{ delete: 'VirtualMachine', name: 'web-1' }] },
  {
    name: 'a VM is deleted as soon as it is made',
    mayDoLess: true,
    setup: poolOf(1),
    steps: [{ putVm: 'web-1' }, { waitUntilBound: 'web-1' }, { delete: 'VirtualMachine', name: 'web-1' }],
  },
  {
    name: 'a VM is deleted and made anew under its name',
    setup: running,
    steps: [
      { delete: 'VirtualMachine', name: 'web-1' },
      { waitUntilGone: 'VirtualMachine', name: 'web-1' },
      { putVm: 'web-1', spec: { cpu: { cores: 2 } } },
    ],
  },
  {
    name: 'a running VM is made larger, and gets it when it is started again',
    setup: running,
    steps: [
      patch({ spec: { cpu: { cores: 4 }, memory: { size: '2Gi' } } }),
      'settle',
      patch({ spec: { runStrategy: 'Halted' } }),
      'settle',
      patch({ spec: { runStrategy: 'Always' } }),
    ],
  },
  {
    name: 'the class of a running VM becomes larger, and is deleted after the VM has it',
    setup: [
      ...poolOf(2),
      { putClass: 'medium', spec: { cpu: { cores: 2 }, memory: { size: '1Gi' } } },
      { putVm: 'web-1', spec: { classRef: { name: 'medium' } } },
    ],
    steps: [
      {
        putClass: 'medium',
        spec: { cpu: { cores: 4 }, memory: { size: '2Gi' }, overcommit: { cpuPercent: 100 } },
      },
      'settle',
      patch({ spec: { runStrategy: 'Halted' } }),
      'settle',
      patch({ spec: { runStrategy: 'Always' } }),
      'settle',
      { delete: 'VirtualMachineClass', name: 'medium' },
    ],
  },
];
