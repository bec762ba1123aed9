import { hostLostAnnotation } from '../../../operator/controllers/virtualmachine/deletion.ts';
import type { Scenario, Step } from '../scenario.ts';
import { machines, poolOf, staticHosts } from './pool.ts';

const pool = (change: object): Step => ({ patch: 'HostPool', name: 'default', with: { spec: change } });
const running: Step[] = [...poolOf(1), { putVm: 'web-1' }];
const minutes = (count: number): Step => ({ waitMs: count * 60_000 });
const deleted: Step = { delete: 'VirtualMachine', name: 'web-1' };

export const hostScenarios: readonly Scenario[] = [
  {
    name: 'a pool is made',
    setup: machines(2),
    steps: [{ putPool: { staticHosts: staticHosts('h1', 'h2') } }],
  },
  {
    name: 'a host joins its pool',
    setup: [...poolOf(1), { addMachine: 'h2' }],
    steps: [pool({ staticHosts: staticHosts('h1', 'h2') })],
  },
  { name: 'a host leaves its pool', setup: poolOf(2), steps: [pool({ staticHosts: staticHosts('h1') })] },
  {
    name: 'a host leaves its pool, and its last VM is deleted later',
    setup: [...running, { addMachine: 'h2' }],
    steps: [pool({ staticHosts: staticHosts('h2') }), 'settle', deleted],
  },
  {
    name: 'the Secret of a pool is replaced by another one',
    setup: [{ addMachine: 'h1' }, { putSecret: 'empty' }, { putPool: { staticHosts: staticHosts('h1') } }],
    steps: [{ putSecret: 'good' }],
  },
  {
    name: 'the port of a pool changes',
    setup: running,
    steps: [pool({ connection: { port: 16515 } })],
  },
  {
    name: 'a host is lost and comes back',
    setup: running,
    steps: [{ machine: 'h1', becomes: 'down' }, minutes(5), { machine: 'h1', becomes: 'up' }],
  },
  {
    name: 'a host is cut off and comes back',
    setup: running,
    steps: [{ machine: 'h1', becomes: 'cutOff' }, minutes(5), { machine: 'h1', becomes: 'up' }],
  },
  {
    name: 'a host loses power and comes back',
    setup: running,
    steps: [{ machine: 'h1', becomes: 'withoutPower' }, minutes(2), { machine: 'h1', becomes: 'up' }],
  },
  {
    name: 'a VM is deleted while its host is absent',
    setup: running,
    steps: [
      { machine: 'h1', becomes: 'down' },
      minutes(1),
      deleted,
      minutes(3),
      { machine: 'h1', becomes: 'up' },
    ],
  },
  {
    name: 'a VM is deleted whose host is gone for good',
    setup: running,
    steps: [
      { machine: 'h1', becomes: 'down' },
      deleted,
      minutes(3),
      {
        patch: 'VirtualMachine',
        name: 'web-1',
        with: { metadata: { annotations: { [hostLostAnnotation]: 'h1' } } },
      },
    ],
  },
];
