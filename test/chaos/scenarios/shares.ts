import type { Scenario, Step } from '../scenario.ts';
import { poolOf } from './pool.ts';

const sized = (cores: number, more: object = {}) => ({ cpu: { cores }, ...more });
const pool = (spec: object): Step => ({ patch: 'HostPool', name: 'default', with: { spec } });
const team = (cpuCores: number, more: object = {}) =>
  pool({ shares: [{ name: 'team', namespaces: ['shop'], limit: { cpuCores }, ...more }] });
/** Another namespace has VMs nowhere in these worlds, so what is reserved for it stays free. */
const gold = (cpuCores: number, more: object = {}) =>
  pool({ shares: [{ name: 'gold', namespaces: ['bank'], reservation: { cpuCores }, ...more }] });
const three: Step[] = ['db-1', 'db-2', 'db-3'].map((name) => ({ putVm: name, spec: sized(4) }));

/** Pools that are divided into shares. A host of the fakes has 64 CPUs for VMs. */
export const shareScenarios: readonly Scenario[] = [
  {
    name: 'a share is filled up to its limit, and one VM waits until that is raised',
    isAnyHostRight: true,
    setup: [...poolOf(2), team(10), 'settle', ...three.slice(0, 2)],
    steps: [...three.slice(2), 'settle', team(12)],
  },
  {
    name: 'a VM waits until another of its share is gone',
    isAnyHostRight: true,
    setup: [...poolOf(2), team(10), 'settle', ...three],
    steps: [{ delete: 'VirtualMachine', name: 'db-1' }],
  },
  {
    name: 'a VM waits for what is kept for others, until less is',
    setup: [...poolOf(1), gold(60), 'settle', ...three.slice(0, 1)],
    steps: [{ putVm: 'db-2', spec: sized(4) }, 'settle', pool({ shares: null })],
  },
  {
    name: 'one of its own share makes way for a more important VM, and comes back when that goes',
    setup: [
      ...[...poolOf(1), team(10), pool({ preemption: { mode: 'StopVirtualMachines' } })],
      ...['settle' as const, ...three.slice(0, 2)],
    ],
    steps: [
      { putVm: 'db-3', spec: sized(6, { placement: { priority: 10 } }) },
      'settle',
      { delete: 'VirtualMachine', name: 'db-3' },
    ],
  },
  {
    name: 'a host divides its CPUs anew when VMs come and go, and evenly once nobody weighs more',
    setup: [...poolOf(1), team(60, { weight: 300 }), 'settle', ...three.slice(0, 2)],
    steps: [
      { putVm: 'db-3', spec: sized(12) },
      'settle',
      { delete: 'VirtualMachine', name: 'db-1' },
      'settle',
      pool({ shares: null }),
    ],
  },
];
