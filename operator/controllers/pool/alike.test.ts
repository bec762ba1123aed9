import { describe, expect, it, vi } from 'vitest';
import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import { hosts } from '../../api/kinds.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Store } from '../../kube/store.ts';
import { World } from '../../testing/world.ts';
import { takeDump } from '../dump/dump.ts';
import { type Snapshot, snapshotOf } from '../dump/replay.ts';

const about = { programVersion: '1', takenAt: new Date(0) };
const large = { cpu: { cores: 4 } };
const inRack = { placement: { hostSelector: { matchLabels: { rack: 'r1' } } } };
const apart = { vmSelector: {}, vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }] };
const near = {
  vmSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] },
  vmAffinity: [{ topologyKey: 'kubernetes.io/hostname', vmSelector: { matchLabels: { app: 'db' } } }],
};
const shares = (cpuCores: number) => [{ name: 'shop', namespaces: ['shop'], limit: { cpuCores } }];

interface Before {
  pool?: object;
  policy?: object;
  isCordoned?: boolean;
  /** Of the VMs that wait. */
  spec?: object;
}

/** A host of 4 CPUs with the VM `first` of one, and `one` and `two` which find no place there, in a model of its own. */
async function modelOf({ pool = {}, policy, isCordoned = false, spec = {} }: Before): Promise<Snapshot> {
  const world = await World.withCpus([4], pool);
  world.putVm('first');
  await world.run(10_000);
  if (policy) world.putPolicy('policy', policy);
  world.cluster.edit(hosts, { name: 'h1' }, (host) => {
    host.spec.unschedulable = isCordoned;
  });
  for (const name of ['one', 'two']) world.putVm(name, spec);
  await world.run(10_000);
  return snapshotOf((await takeDump(world.cluster, about)).objects);
}

const the = <T>(store: { get(key: string): T | undefined }, key: string): T => store.get(key) as T;
const find = ({ stores, pools }: Snapshot, name: string) =>
  pools.find(the(stores.virtualMachines, `shop/${name}`), the(stores.hostPools, 'default'));

const why = ({ stores, pools }: Snapshot, name: string) => {
  const decision = pools.place(the(stores.virtualMachines, `shop/${name}`), the(stores.hostPools, 'default'));
  return decision.kind === 'unplaced' ? decision.message : decision.host;
};

/** Changes one object, and nothing else. */
function edit<T extends KubeObject>(store: Store<T>, key: string, change: (object: T) => void): void {
  const object = structuredClone(the(store, key));
  object.metadata.resourceVersion = '1000000';
  object.metadata.generation = 1000;
  change(object);
  store.apply('MODIFIED', object);
}

const remove = <T extends KubeObject>(store: Store<T>, key: string) => {
  const object = structuredClone(the(store, key));
  object.metadata.resourceVersion = '1000000';
  store.apply('DELETED', object);
};
const editHost = ({ stores }: Snapshot, change: (host: Host) => void) => edit(stores.hosts, 'h1', change);
const editPool = ({ stores }: Snapshot, change: (pool: HostPool) => void) =>
  edit(stores.hostPools, 'default', change);

const changes: [string, Before, (snapshot: Snapshot) => void][] = [
  ['a VM goes', { spec: large }, ({ stores }) => remove(stores.virtualMachines, 'shop/first')],
  [
    'a VM gets a label',
    { policy: near },
    ({ stores }) =>
      edit(stores.virtualMachines, 'shop/first', ({ metadata }) => {
        metadata.labels = { app: 'db' };
      }),
  ],
  [
    'a host gets a label',
    { spec: inRack },
    (snapshot) =>
      editHost(snapshot, ({ metadata }) => {
        metadata.labels = { ...metadata.labels, rack: 'r1' };
      }),
  ],
  [
    'a host is open again',
    { isCordoned: true },
    (snapshot) =>
      editHost(snapshot, ({ spec }) => {
        spec.unschedulable = false;
      }),
  ],
  [
    'their share has more',
    { pool: { shares: shares(1) } },
    (snapshot) =>
      editPool(snapshot, ({ spec }) => {
        Object.assign(spec, { shares: shares(4) });
      }),
  ],
  ['a policy goes', { policy: apart }, ({ stores }) => remove(stores.placementPolicies, 'shop/policy')],
];

describe('VMs that are alike', () => {
  it('are looked for a place once for all of them', async () => {
    const snapshot = await modelOf({ spec: large });
    const searches = vi.spyOn(snapshot.pools.engine, 'find');
    for (const name of ['one', 'two', 'one']) expect(find(snapshot, name)).toBeUndefined();
    expect(searches).toHaveBeenCalledTimes(1);
  });

  it('are told once for all of them why they find none', async () => {
    const snapshot = await modelOf({ spec: large });
    const decisions = vi.spyOn(snapshot.pools.engine, 'place');
    const told = ['one', 'two'].map((name) => why(snapshot, name));
    expect(told).toEqual(Array(2).fill(expect.stringMatching(/^0 of 1 host fits: .*CPU/)));
    expect(decisions).toHaveBeenCalledTimes(1);
    editHost(snapshot, ({ spec }) => {
      spec.unschedulable = true;
    });
    expect(why(snapshot, 'two')).toContain('is cordoned');
  });

  it('are no longer alike once one asks for less', async () => {
    const snapshot = await modelOf({ spec: large });
    expect(find(snapshot, 'one')).toBeUndefined();
    edit(snapshot.stores.virtualMachines, 'shop/two', ({ spec }) => {
      spec.cpu = { cores: 3 };
    });
    expect(find(snapshot, 'two')?.host).toBe('h1');
    expect(find(snapshot, 'one')).toBeUndefined();
  });

  it.each(changes)('are looked for a place again when %s', async (_, before, change) => {
    const snapshot = await modelOf(before);
    for (const name of ['one', 'two']) expect(find(snapshot, name)).toBeUndefined();
    change(snapshot);
    for (const name of ['one', 'two']) expect(find(snapshot, name)?.host).toBe('h1');
  });

  it('are not what one is that counts on a host itself', async () => {
    const snapshot = await modelOf({ spec: large });
    const { stores, pools } = snapshot;
    expect(find(snapshot, 'one')).toBeUndefined();
    remove(stores.virtualMachines, 'shop/first');
    pools.count(the(stores.virtualMachines, 'shop/two'), { host: 'h1' });
    expect(find(snapshot, 'one')).toBeUndefined();
    expect(find(snapshot, 'two')?.host).toBe('h1');
  });
});

describe('the VMs of a gang', () => {
  const gang = {
    vmSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] },
    gang: { minMembers: 3 },
  };
  const assemble = ({ stores, pools }: Snapshot, name: string) =>
    pools.gangs.assemble(the(stores.virtualMachines, `shop/${name}`));

  it('are looked for places once for all of them', async () => {
    const snapshot = await modelOf({ policy: gang, spec: { cpu: { cores: 2 } } });
    const decisions = vi.spyOn(snapshot.pools.engine, 'place');
    const told = assemble(snapshot, 'one');
    expect(told?.kind).toBe('unplaced');
    const count = decisions.mock.calls.length;
    expect([assemble(snapshot, 'two'), assemble(snapshot, 'one')]).toEqual([told, told]);
    expect(decisions).toHaveBeenCalledTimes(count);
  });

  it('are looked for places again when one of them asks for less', async () => {
    const asksLess = await modelOf({ policy: gang, spec: { cpu: { cores: 2 } } });
    expect(assemble(asksLess, 'one')?.kind).toBe('unplaced');
    edit(asksLess.stores.virtualMachines, 'shop/two', ({ spec }) => {
      spec.cpu = { cores: 1 };
    });
    expect(assemble(asksLess, 'one')?.kind).toBe('stands');
  });
});
