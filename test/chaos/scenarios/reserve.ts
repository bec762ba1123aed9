import type { Scenario, Step } from '../scenario.ts';
import { poolOf } from './pool.ts';

/** A host of the fakes has 63 GiB for VMs. */
const sized = (gi: number, more: object = {}) => ({ memory: { size: `${gi}Gi` }, ...more });
const keeps = (failures: number): Step => pool({ failureReserve: reserveOf(failures) });
const mayStop = pool({ preemption: { mode: 'StopVirtualMachines' } });
const urgent = { placement: { priority: 10 } };

/** With two VMs of 20 GiB on each of three hosts all have a place after one failure, and no seventh would. */
const full: Step[] = ['db-1', 'db-2', 'db-3', 'db-4', 'db-5', 'db-6'].map((name) => ({
  putVm: name,
  spec: sized(20),
}));

function reserveOf(failures: number) {
  return { failures, topologyKey: 'kubernetes.io/hostname' };
}

function pool(spec: object): Step {
  return { patch: 'HostPool', name: 'default', with: { spec } };
}

function gang(minMembers: number): Step {
  return {
    putPolicy: 'gang',
    spec: { vmSelector: { matchLabels: { app: 'gang' } }, gang: { minMembers } },
  };
}

const members = (spec: object, ...names: string[]): Step[] =>
  names.map((name) => ({ putVm: name, spec, labels: { app: 'gang' } }));

/** Pools that keep room for failures. */
export const reserveScenarios: readonly Scenario[] = [
  {
    name: 'a pool is filled up to its reserve, and one VM waits until less is kept',
    isAnyHostRight: true,
    setup: [...poolOf(3), keeps(1), 'settle', ...full.slice(0, 5)],
    steps: [...full.slice(5), { putVm: 'db-7', spec: sized(20) }, 'settle', pool({ failureReserve: null })],
  },
  {
    name: 'a VM that would take what is kept waits until another one is gone',
    isAnyHostRight: true,
    setup: [...poolOf(3), keeps(1), 'settle', ...full],
    steps: [{ putVm: 'db-7', spec: sized(20) }, 'settle', { delete: 'VirtualMachine', name: 'db-2' }],
  },
  {
    name: 'a host with what is kept on it is lost and comes back',
    setup: [
      ...poolOf(2),
      keeps(1),
      'settle',
      { putVm: 'db-1', spec: sized(20) },
      'settle',
      { putVm: 'db-2', spec: sized(20) },
    ],
    steps: [{ machine: 'h2', becomes: 'down' }, { waitMs: 5 * 60_000 }, { machine: 'h2', becomes: 'up' }],
  },
  {
    name: 'a gang that would take what is kept is placed as a whole once a host is added',
    isAnyHostRight: true,
    setup: [
      ...poolOf(3),
      { addMachine: 'h4' },
      keeps(1),
      gang(2),
      'settle',
      ...full.slice(0, 5),
      ...members(sized(20), 'db-8', 'db-9'),
    ],
    steps: [pool({ staticHosts: ['h1', 'h2', 'h3', 'h4'].map((name) => ({ name, address: name })) })],
  },
  {
    name: 'a more important VM comes to a pool that is full up to its reserve, with a gang in it, and goes again',
    isAnyHostRight: true,
    setup: [
      ...[...poolOf(3), keeps(1), mayStop, gang(2), 'settle' as const, ...full.slice(0, 4)],
      ...members(sized(20, { placement: { priority: -1 } }), 'db-5', 'db-6'),
    ],
    steps: [{ putVm: 'db-7', spec: sized(20, urgent) }, 'settle', { delete: 'VirtualMachine', name: 'db-7' }],
  },
  {
    name: 'a gang that has to stay for the reserve is left, and its place taken once less is kept',
    setup: [
      ...[...poolOf(2), keeps(1), mayStop, gang(2), 'settle' as const],
      ...members(sized(28), 'db-1', 'db-2'),
    ],
    steps: [
      { putVm: 'db-3', spec: sized(40, urgent) },
      'settle',
      pool({ failureReserve: null }),
      'settle',
      { delete: 'VirtualMachine', name: 'db-3' },
    ],
  },
];
