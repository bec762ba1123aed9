import { describe, expect, it } from 'vitest';
import { virtualMachines } from '../../../../operator/api/kinds.ts';
import type { VirtualMachine } from '../../../../operator/api/virtualmachine.ts';
import type { Crowd, Newcomer } from './crowd.ts';
import { liveAsCrowd } from './life.ts';
import { faultsAtRest, isKeptOut } from './oracles.ts';
import { restOf } from './rest.ts';
import { worldForCrowd } from './surroundings.ts';
import { wrongVictims } from './victims.ts';

const kernel = { name: 'small' };
const sized = (gi: number, placement: object = {}) => ({ memory: { size: `${gi}Gi` }, kernel, placement });
const app = (name: string) => ({ vmSelector: { matchLabels: { app: name } } });
const mayStop = { preemption: { mode: 'StopVirtualMachines' as const } };

type Status = Partial<NonNullable<VirtualMachine['status']>>;
interface Told {
  name: string;
  spec?: object;
  labels?: Record<string, string>;
  status?: Status;
}

/** A world in which VMs are as somebody says, and the operator is dead. */
async function told({ pool = {}, policies = [] }: Partial<Crowd>, vms: readonly Told[]) {
  const world = await worldForCrowd({ pool, policies });
  world.kill();
  for (const { name, spec = sized(8), labels = {}, status } of vms) {
    world.addVm(name, spec, { labels });
    if (status)
      world.cluster.edit(virtualMachines, { namespace: 'shop', name }, (vm) => {
        vm.status = { conditions: [], ...status };
      });
  }
  return world;
}

const runsOn = (hostName: string, more: Status = {}): Status => ({
  ...{ hostName, powerState: 'Running' },
  ...more,
});
const waits = (reason: string): Status => ({
  conditions: [
    { type: 'Scheduled', status: 'False', reason, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
});

describe('a fault of a world at rest is', () => {
  it.each<[what: string, expected: string, crowd: Partial<Crowd>, vms: Told[]]>([
    [
      'a VM that makes way for ever',
      'shop/a makes way for b',
      {},
      [{ name: 'a', status: runsOn('h1', { makesWayFor: { namespace: 'shop', name: 'b', uid: 'u' } }) }],
    ],
    [
      'one that waits for victims for ever',
      'shop/a waits for victims',
      {},
      [{ name: 'a', status: waits('Preempting') }],
    ],
    [
      'a host that has more than its memory',
      'shop/a may not be on h1 beside the others',
      {},
      ['a', 'b'].map((name) => ({ name, spec: sized(40), status: runsOn('h1') })),
    ],
    [
      'a host that has more huge pages than it has',
      'shop/a may not be on h1 beside the others',
      {},
      ['a', 'b'].map((name) => ({
        ...{ name, status: runsOn('h1') },
        spec: { kernel, memory: { size: '8Gi', hugePageSize: '1Gi' } },
      })),
    ],
    [
      'two VMs that must be apart',
      'shop/a may not be on h1 beside the others',
      { policies: [{ ...app('a'), vmAntiAffinity: [{ topologyKey: 'zone' }] }] },
      ['a', 'b'].map((name) => ({ name, labels: { app: 'a' }, status: runsOn('h1') })),
    ],
    [
      'a NUMA cell that has more than its memory',
      'shop/a is in cell 1 of h1, which has too little memory',
      {},
      ['a', 'b'].map((name) => ({
        ...{ name, spec: sized(20, { numaPolicy: 'SingleCell' }) },
        status: runsOn('h1', { numaCell: 1 }),
      })),
    ],
    [
      'a gang of which some are bound that never ran',
      'shop/a has a host, as only 1 of its gang policy-0 have',
      { policies: [{ ...app('a'), gang: { minMembers: 2 } }] },
      [{ name: 'a', labels: { app: 'a' }, status: { hostName: 'h1' } }],
    ],
    [
      'a share above its limit',
      'share all has 10 of cpu, which is above 8',
      {
        pool: {
          shares: [
            { name: 'all', limit: { cpuCores: 8 } },
            { name: 'team', namespaces: ['shop'], parentName: 'all' },
          ],
        },
      },
      ['a', 'b'].map((name) => ({ name, spec: { ...sized(4), cpu: { cores: 5 } }, status: runsOn('h1') })),
    ],
    [
      'what is kept for a share, and taken',
      'of the cpu that is kept for shares 4 is taken',
      { pool: { shares: [{ name: 'lab', namespaces: ['lab'], reservation: { cpuCores: 40 } }] } },
      [{ name: 'a', spec: { ...sized(4), cpu: { cores: 12 } }, status: runsOn('h1') }],
    ],
    [
      'a VM that waits, and would fit',
      'shop/a waits (Unschedulable), and would fit on h1,h2,h3',
      {},
      [{ name: 'a', status: waits('Unschedulable') }],
    ],
    [
      'a gang that waits, and would fit',
      'gang policy-0 waits, and shop/a,shop/b would fit',
      { policies: [{ ...app('a'), gang: { minMembers: 2 } }] },
      ['a', 'b'].map((name) => ({ name, labels: { app: 'a' }, status: waits('GangUnschedulable') })),
    ],
    [
      'a VM that waits, and could stop another',
      'shop/d waits (Unschedulable), and could stop shop/a',
      { pool: mayStop },
      [
        ...['a', 'b', 'c'].map((name, at) => ({ name, spec: sized(40), status: runsOn(`h${at + 1}`) })),
        { name: 'd', spec: sized(40, { priority: 1 }), status: waits('Unschedulable') },
      ],
    ],
  ])('%s', async (_what, expected, crowd, vms) => {
    expect(faultsAtRest(restOf(await told(crowd, vms)))).toContain(expected);
  });

  it('no gang that is bound in part, once it ran', async () => {
    const policies = [{ ...app('a'), gang: { minMembers: 2 } }];
    const world = await told({ policies }, [{ name: 'a', labels: { app: 'a' }, status: runsOn('h1') }]);
    expect(faultsAtRest(restOf(world))).toEqual([]);
  });
});

/** Three hosts, on each of which somebody is in the way of the last one. */
const full = (policies: Crowd['policies'] = []) =>
  told({ pool: mayStop, policies }, [
    { name: 'a', spec: sized(40, { priority: 1 }), status: runsOn('h1') },
    { name: 'b', labels: { app: 'b' }, spec: sized(40), status: runsOn('h2') },
    { name: 'c', spec: sized(40), status: runsOn('h3') },
    { name: 'c2', spec: sized(8), status: runsOn('h3') },
    {
      name: 'last',
      labels: { app: 'last' },
      spec: sized(40, { priority: 5 }),
      status: waits('Unschedulable'),
    },
  ]);

describe('the last one', () => {
  it.each([
    [['shop/b'], 0],
    [['shop/a'], 1],
    [['shop/c', 'shop/c2'], 1],
    [[], 1],
  ])('that has %j stopped makes %i faults', async (victims, faults) => {
    const rest = restOf(await full());
    const last = rest.people.get('shop/last');
    expect(last && wrongVictims(rest, last, victims)).toHaveLength(faults);
  });
});

describe('what policies say of preemption', () => {
  it.each([
    ['is that one may be stopped', { ...app('b'), preemption: {} }, ['shop/b'], false],
    ['protects who would be stopped', { ...app('b'), preemption: { asVictim: 'Never' } }, ['shop/c'], false],
    ['protects all', { vmSelector: {}, preemption: { asVictim: 'Never' } }, [], true],
    ['has nobody stopped', { ...app('last'), preemption: { policy: 'Never' } }, [], true],
  ] as const)('%s', async (_what, policy, victims, isSpared) => {
    const rest = restOf(await full([policy]));
    const last = rest.people.get('shop/last');
    if (!last) throw new Error('the last one is not there');
    expect(wrongVictims(rest, last, victims)).toEqual([]);
    expect(wrongVictims(rest, last, ['shop/b']).length).toBe(victims[0] === 'shop/b' ? 0 : 1);
    expect(isKeptOut(rest, last)).toBe(isSpared);
  });
});

it('a crowd in which one is stopped for another ends without a fault, and tells so', async () => {
  const one = (spec: object): Newcomer => ({ namespace: 'shop', labels: {}, spec: { kernel, ...spec } });
  const happenings = [1, 2, 3].map(() => ({
    kind: 'comes' as const,
    vm: one(sized(40)),
    until: 'quiet' as const,
  }));
  const last = one(sized(40, { priority: 5 }));
  const { faults, ends } = await liveAsCrowd({ pool: mayStop, policies: [], happenings, last });
  expect(faults).toEqual([]);
  expect(ends).toEqual(
    expect.arrayContaining(['stopped for another', 'the last one stops 1', 'Unschedulable', 'Running']),
  );
});
