import { describe, expect, it } from 'vitest';
import { hostPools, hosts } from '../../api/kinds.ts';
import { ApiError } from '../../kube/errors.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';
import { nodes } from '../stores.ts';

function condition(world: World, name = 'default', type = 'Ready'): string {
  const found = findCondition(world.pool(name) ?? {}, type);
  return found ? `${found.status} ${found.reason}` : 'absent';
}

const message = (world: World, name = 'default') =>
  findCondition(world.pool(name) ?? {}, 'Ready')?.message ?? '';
const hostNames = (world: World) =>
  world.cluster
    .objects(hosts)
    .map((host) => host.metadata.name)
    .sort();

function putNode(
  world: World,
  name: string,
  labels: Record<string, string>,
  addresses = [{ type: 'InternalIP', address: name }],
) {
  world.cluster.put(nodes, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: {},
    status: { addresses },
  });
}

const labelled = { 'vmfabric.io/host': 'true', 'topology.kubernetes.io/zone': 'a' };

async function worldOfNodes(): Promise<World> {
  const world = new World();
  world.putSecret();
  for (const name of ['n1', 'n2', 'n3']) world.hypervisor.addHost(name);
  putNode(world, 'n1', labelled);
  putNode(world, 'n2', labelled);
  putNode(world, 'n3', {});
  world.putPool({ nodeSelector: { matchLabels: { 'vmfabric.io/host': 'true' } } });
  await world.operator.start();
  await world.run(10_000);
  return world;
}

describe('the Hosts of a pool', () => {
  it('are made of the Nodes that it selects, with their labels and addresses, and belong to it', async () => {
    const world = await worldOfNodes();
    expect(hostNames(world)).toEqual(['n1', 'n2']);
    expect(world.hostObject('n1')).toMatchObject({
      metadata: {
        labels: labelled,
        ownerReferences: [{ kind: 'HostPool', name: 'default', controller: true }],
      },
      spec: { address: 'n1', hostPoolRef: { name: 'default' } },
    });
  });

  it('follow the labels of Nodes', async () => {
    const world = await worldOfNodes();
    putNode(world, 'n3', labelled);
    await world.run(10_000);
    expect(hostNames(world)).toEqual(['n1', 'n2', 'n3']);
    putNode(world, 'n1', {});
    await world.run(10_000);
    expect(hostNames(world)).toEqual(['n2', 'n3']);
  });

  it('stay while they carry VMs, closed for new ones, and go with the last VM', async () => {
    const world = await worldOfNodes();
    world.putVm('a', { placement: { hostSelector: { matchLabels: { 'vmfabric.io/host': 'true' } } } });
    await world.run(10_000);
    const bound = world.vm('a').status?.hostName ?? '';
    putNode(world, bound, {});
    await world.run(10_000);
    expect(hostNames(world)).toContain(bound);
    expect(message(world)).toContain(`${bound} is not selected any more but still carries 1 VM`);
    world.deleteVm('a');
    await world.run(20_000);
    expect(hostNames(world)).not.toContain(bound);
  });

  it('stay while VMs are bound to them, also when somebody deletes them', async () => {
    const world = await World.withHosts(1);
    world.putVm('a');
    await world.run(10_000);
    world.cluster.remove(hosts, { name: 'h1' });
    world.hostOf('a').outside.destroy(world.uuid('a'));
    await world.run(20_000);
    expect(hostNames(world)).toEqual(['h1']);
    expect(world.condition('a', 'Ready')).toBe('True Running'); // still looked after
    expect(findCondition(world.hostObject('h1') ?? {}, 'Schedulable')).toMatchObject({
      reason: 'HostRemoved',
    });
    const { uid } = world.hostObject('h1')?.metadata ?? {};
    world.deleteVm('a');
    await world.run(20_000);
    // The pool asks for it still, so another one is made.
    expect(hostNames(world)).toEqual(['h1']);
    expect(world.hostObject('h1')?.metadata.uid).not.toBe(uid);
  });

  it('are no room any more, and nobody waits for their connection, when somebody else holds up their deletion', async () => {
    const world = await World.withHosts(2);
    world.cluster.edit(hosts, { name: 'h2' }, ({ metadata }) => {
      metadata.finalizers = [...(metadata.finalizers ?? []), 'example.com/audit'];
    });
    await world.run(1000);
    world.cluster.remove(hosts, { name: 'h2' });
    await world.run(10_000);
    expect(world.pool()?.status?.hosts).toMatchObject({ total: 2, ready: 1 });
    world.putVm('huge', { memory: { size: '100Gi' } });
    await world.run(5000);
    expect(world.condition('huge', 'Scheduled')).toBe('False Unschedulable');
  });

  it("lose a label that their Node lost, and keep an admin's", async () => {
    const world = await worldOfNodes();
    world.cluster.edit(hosts, { name: 'n1' }, (host) => {
      host.metadata.labels = { ...host.metadata.labels, disk: 'nvme' };
    });
    putNode(world, 'n1', { 'vmfabric.io/host': 'true' });
    await world.run(10_000);
    expect(world.hostObject('n1')?.metadata.labels).toEqual({ 'vmfabric.io/host': 'true', disk: 'nvme' });
  });

  it('are made although the API server takes its time for some of them', async () => {
    const world = await World.withHosts(1);
    const apply = world.cluster.apply.bind(world.cluster);
    const slow = new Set(['h2', 'h3', 'h4']);
    world.cluster.apply = (type, object, options) =>
      slow.has(object.metadata.name) ? new Promise(() => {}) : apply(type, object, options);
    const names = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
    world.editPool((pool) => {
      pool.spec.staticHosts = names.map((name) => ({ name, address: name }));
    });
    await world.run(1000);
    expect(hostNames(world)).toEqual(['h1', 'h5', 'h6']);
  });

  it('are made although the API server refuses one of them, which the pool names', async () => {
    const world = await World.withHosts(1);
    const refusal = new ApiError(
      { verb: 'apply', kind: 'Host', key: 'h2' },
      { code: 422, message: 'metadata.labels: Invalid value' },
    );
    world.cluster.failNext({ verb: 'apply', kind: 'Host', key: 'h2', error: refusal, times: 5 });
    for (const name of ['h2', 'h3']) world.hypervisor.addHost(name);
    world.editPool((pool) => {
      pool.spec.staticHosts = ['h1', 'h2', 'h3'].map((name) => ({ name, address: name }));
    });
    await world.run(10_000);
    expect(hostNames(world)).toEqual(['h1', 'h3']);
    expect(condition(world, 'default', 'Stalled')).toBe('True HostRefused');
    expect(message(world)).toContain(
      'No Host can be made of h2 as it should be: apply Host h2: metadata.labels: Invalid value',
    );
    await world.run(180_000);
    expect(hostNames(world)).toEqual(['h1', 'h2', 'h3']);
    expect(condition(world, 'default', 'Stalled')).toBe('False AsExpected');
  });

  it('are not written over and over when somebody changes what is written, of which the pool tells', async () => {
    const world = new World();
    for (const name of ['h1', 'h2']) world.hypervisor.addHost(name);
    world.putSecret();
    const apply = world.cluster.apply.bind(world.cluster);
    world.cluster.apply = (type, object, options) => {
      const { labels: _, ...metadata } = object.metadata;
      return apply(type, metadata.name === 'h2' ? { ...object, metadata } : object, options);
    };
    world.putPool({ staticHosts: ['h1', 'h2'].map((name) => ({ name, address: name })) });
    await world.operator.start();
    await world.run(60_000);
    expect(condition(world, 'default', 'Stalled')).toBe('True HostRefused');
    expect(message(world)).toContain(
      'h2 as it should be: something, such as an admission webhook, changes its address',
    );
    expect(world.pool()?.status?.hosts).toMatchObject({ total: 2, ready: 2 });
    expect(
      world.cluster.calls.filter(({ verb, key }) => verb === 'apply' && key === 'h2').length,
    ).toBeLessThan(10);
  });

  it('keep what an admin sets on them', async () => {
    const world = await worldOfNodes();
    world.cluster.edit(hosts, { name: 'n1' }, (host) => {
      host.spec.unschedulable = true;
      host.metadata.labels = { ...host.metadata.labels, disk: 'nvme' };
    });
    putNode(world, 'n1', { ...labelled, rack: '7' });
    await world.run(10_000);
    expect(world.hostObject('n1')).toMatchObject({
      metadata: { labels: { ...labelled, rack: '7', disk: 'nvme' } },
      spec: { unschedulable: true },
    });
  });

  it('take over the cordon of their Node', async () => {
    const world = await worldOfNodes();
    world.cluster.edit(nodes, { name: 'n1' }, (node) => {
      node.spec = { unschedulable: true };
    });
    await world.run(10_000);
    expect(findCondition(world.hostObject('n1') ?? {}, 'Schedulable')).toMatchObject({
      reason: 'NodeCordoned',
    });
    expect(world.pool()?.status?.hosts).toEqual({
      total: 2,
      ready: 1,
      cordoned: 1,
      lost: 0,
      overallocated: 0,
    });
  });

  it('are in one pool only', async () => {
    const world = await World.withHosts(1);
    world.putPool({ staticHosts: [{ name: 'h1', address: 'elsewhere' }] }, 'second');
    await world.run(10_000);
    expect(condition(world, 'second', 'Stalled')).toBe('True HostNameTaken');
    expect(world.hostObject('h1')?.spec).toMatchObject({ address: 'h1', hostPoolRef: { name: 'default' } });
    world.hypervisor.addHost('elsewhere');
    world.editPool((pool) => {
      pool.spec.staticHosts = [];
    });
    await world.run(60_000);
    expect(world.hostObject('h1')?.spec).toMatchObject({ hostPoolRef: { name: 'second' } });
    expect(condition(world, 'second', 'Stalled')).toBe('False AsExpected');
  });

  it('need an address', async () => {
    const world = new World();
    world.putSecret();
    putNode(world, 'n1', labelled, []);
    world.putPool({ nodeSelector: { matchLabels: { 'vmfabric.io/host': 'true' } } });
    await world.operator.start();
    await world.run(10_000);
    expect(condition(world)).toBe('False AddressMissing');
    expect(message(world)).toContain('spec.nodeSelector selects n1 without an InternalIP');
    world.hypervisor.addHost('n2');
    putNode(world, 'n2', labelled);
    await world.run(10_000);
    expect(condition(world)).toBe('True SomeHostsNotReady');
    expect(message(world)).toContain('selects n1 without an InternalIP');
  });
});

describe('the status of a pool', () => {
  it('is the sum of its hosts', async () => {
    const world = await World.withHosts(3);
    world.putVm('a', { cpu: { cores: 4 }, memory: { size: '8Gi' } });
    await world.run(20_000);
    expect(world.pool()?.status).toMatchObject({
      hosts: { total: 3, ready: 3, cordoned: 0, lost: 0, overallocated: 0 },
      virtualMachines: 1,
      resources: [
        { name: 'cpu', capacity: '48', allocatable: '192', allocated: '4', largestFree: '64' },
        { name: 'memory', capacity: '192Gi', allocatable: '189Gi', allocated: '8Gi', largestFree: '63Gi' },
      ],
      summary: { hosts: '3/3', cpu: '4/192', memory: '8Gi/189Gi' },
    });
    expect(condition(world)).toBe('True HostsReady');
  });

  it('names the hosts that are ready and take no VMs', async () => {
    const world = await World.withHosts(2);
    world.cluster.edit(hosts, { name: 'h2' }, (host) => {
      host.spec.unschedulable = true;
    });
    await world.run(10_000);
    expect(world.pool()?.status?.summary?.hosts).toBe('1/2');
    expect(message(world)).toBe(
      'All 2 hosts are ready. No further VM comes to h2; see the condition Schedulable there.',
    );
  });

  it('names the hosts that are not ready, and why', async () => {
    const world = await World.withHosts(2);
    world.hypervisor.host('h2').goDown();
    await world.run(10_000);
    expect(condition(world)).toBe('True SomeHostsNotReady');
    expect(message(world)).toMatch(
      /^1 of 2 hosts is not ready: h2 \(libvirt on h2 at h2 cannot be reached: /,
    );
    expect(world.pool()?.status?.summary?.hosts).toBe('1/2');
  });

  it('is Stalled when every host waits for the same person', async () => {
    const world = new World();
    world.hypervisor.addHost('h1');
    world.putPool({ staticHosts: [{ name: 'h1', address: 'h1' }] });
    await world.operator.start();
    await world.run(10_000);
    expect(condition(world, 'default', 'Stalled')).toBe('True SecretNotFound');
    expect(condition(world)).toBe('False SomeHostsNotReady');
  });

  it('says that its selector selects nothing', async () => {
    const world = new World();
    world.putPool({ nodeSelector: { matchLabels: { x: 'y' } } });
    await world.operator.start();
    await world.run(5000);
    expect(condition(world)).toBe('False NoHosts');
  });
});

it('a pool without hosts leaves no VM without a word, however late it can say so itself', async () => {
  const world = new World();
  world.putSecret();
  let isSilent = true;
  world.cluster.intercept = ({ verb, type }, when) => {
    if (isSilent && verb === 'patchStatus' && type.kind === 'HostPool' && when === 'before')
      throw new Error('etcd is at work');
  };
  world.putPool({ nodeSelector: { matchLabels: { x: 'y' } } });
  world.putVm('a');
  await world.operator.start();
  await world.run(2000);
  isSilent = false;
  await world.run(30_000);
  expect(condition(world)).toBe('False NoHosts');
  expect(world.condition('a', 'Scheduled')).toBe('False Unschedulable');
});

describe('deleting a pool', () => {
  it('waits for the last VM on its hosts, and takes no new ones', async () => {
    const world = await World.withHosts(1);
    world.putVm('a');
    await world.run(10_000);
    world.cluster.remove(hostPools, { name: 'default' });
    world.putVm('b');
    await world.run(10_000);
    expect(condition(world)).toBe('False HostsInUse');
    expect(world.pool()?.status?.hosts).toMatchObject({ total: 1, ready: 0, cordoned: 0 });
    expect(world.runsOn('a')).toEqual(['h1']);
    expect(world.condition('b', 'Scheduled')).toMatch(/^False/);
    world.deleteVm('a');
    await world.run(10_000);
    expect(world.pool()).toBeUndefined();
  });

  it('without VMs is immediate', async () => {
    const world = await World.withHosts(1);
    world.cluster.remove(hostPools, { name: 'default' });
    await world.run(5000);
    expect(world.pool()).toBeUndefined();
  });
});
