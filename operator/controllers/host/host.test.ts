import { describe, expect, it } from 'vitest';
import { hosts } from '../../api/kinds.ts';
import { HypervisorError } from '../../hypervisor/hypervisor.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

function condition(world: World, name: string, type: string): string {
  const found = findCondition(world.hostObject(name) ?? {}, type);
  return found ? `${found.status} ${found.reason}` : 'absent';
}

const message = (world: World, name: string, type: string) =>
  findCondition(world.hostObject(name) ?? {}, type)?.message;

describe('a host', () => {
  it('tells what it is and what VMs may have on it', async () => {
    const world = await World.withHosts(1);
    expect(world.hostObject('h1')?.status).toMatchObject({
      connection: { state: 'Connected' },
      versions: { libvirt: '9.0.0', hypervisor: '7.2.0' },
      hypervisor: { type: 'KVM' },
      cpu: { model: 'EPYC', architecture: 'x86_64', sockets: 1, cores: 8, threads: 2 },
      numaCells: [{ id: 0, cpus: 16, memory: '64Gi' }],
      capacity: { cpu: 16, memory: '64Gi' },
      allocatable: { cpu: 64, memory: '63Gi' },
      allocated: { cpu: 0, memory: '0' },
      summary: { cpu: '0/64', memory: '0/63Gi' },
    });
    expect(condition(world, 'h1', 'Ready')).toBe('True Connected');
  });

  it('counts the VMs that are bound to it', async () => {
    const world = await World.withHosts(1);
    world.putVm('a', { cpu: { cores: 2 }, memory: { size: '1536Mi' } });
    world.putVm('b');
    await world.run(10_000);
    expect(world.hostObject('h1')?.status).toMatchObject({
      virtualMachines: 2,
      allocated: { cpu: 3, memory: '2560Mi' },
      summary: { cpu: '3/64', memory: '2.5Gi/63Gi' },
    });
  });

  it('that gets memory, or has less, is seen within minutes, and is not written of while it has the same', async () => {
    const world = await World.withHosts(1);
    world.putVm('a', { memory: { size: '80Gi' } });
    await world.run(10_000);
    expect(world.condition('a', 'Scheduled')).toBe('False Unschedulable');
    const host = world.hypervisor.host('h1');
    host.resize({ memoryBytes: 128 * 2 ** 30 });
    await world.run(400_000);
    expect(world.hostObject('h1')?.status?.allocatable).toEqual({ cpu: 64, memory: '127Gi' });
    expect(world.runsOn('a')).toEqual(['h1']);
    world.forgetCalls();
    await world.run(3_600_000);
    expect(world.writes('Host')).toEqual([]);
    expect(world.hypervisor.calls.filter(({ call }) => call === 'facts').length).toBeLessThan(20);
  });

  it('that shrinks below what VMs have says so with the amounts; they run on, and no others come', async () => {
    const world = await World.withHosts(2);
    const overallocation = () => condition(world, 'h1', 'Overallocated');
    for (const name of ['a', 'b']) world.putVm(name, { memory: { size: '40Gi' } });
    await world.run(10_000);
    expect(overallocation()).toBe('False WithinAllocatable');
    const there = world.runsOn('a')[0] === 'h1' ? 'a' : 'b';
    world.hypervisor.host('h1').resize({ memoryBytes: 33 * 2 ** 30 });
    world.putVm('c', { memory: { size: '1Gi' } });
    world.forgetCalls();
    await world.run(400_000);
    expect(overallocation()).toBe('True Overallocated');
    expect(message(world, 'h1', 'Overallocated')).toContain(
      'VMs on h1 have 8Gi of memory too much (40Gi of 32Gi).',
    );
    expect(condition(world, 'h1', 'Ready')).toBe('True Connected');
    expect(world.runsOn(there)).toEqual(['h1']);
    expect(world.hypervisor.changes.filter(({ host }) => host === 'h1')).toEqual([]);
    expect(world.runsOn('c')).toEqual(['h2']);
    expect(world.pool()?.status?.hosts).toMatchObject({ ready: 2, overallocated: 1 });
    expect(findCondition(world.pool() ?? {}, 'Ready')).toMatchObject({
      ...{ status: 'True', reason: 'SomeHostsOverallocated' },
      message:
        'All 2 hosts are ready. More is allocated of h1 than there is; see the condition Overallocated there.',
    });
    world.forgetCalls();
    await world.run(3_600_000);
    expect(world.writes('Host')).toEqual([]);
    world.deleteVm(there);
    await world.run(60_000);
    expect(overallocation()).toBe('False WithinAllocatable');
  });

  it('is overallocated as well when its pool gives out less, and while it does not answer', async () => {
    const world = await World.withHosts(1);
    world.putVm('a', { cpu: { cores: 20 }, resources: [{ name: 'gpu', count: 1 }] });
    world.editPool((pool) => {
      pool.spec.resources = [{ name: 'gpu', perHost: 1 }];
    });
    await world.run(70_000);
    expect(world.runsOn('a')).toEqual(['h1']);
    world.hypervisor.host('h1').goDown();
    world.editPool((pool) => {
      pool.spec.overcommit.cpuPercent = 100;
      pool.spec.resources = [];
    });
    await world.run(5000);
    expect(message(world, 'h1', 'Overallocated')).toContain(
      'VMs on h1 have 4 CPUs too much (20 of 16), 1 gpu too much (1 of 0). They run on, and no VM comes that asks for CPUs, gpu.',
    );
    await world.restartOperator();
    await world.run(60_000);
    expect(condition(world, 'h1', 'Overallocated')).toBe('True Overallocated');
  });

  it('of which its pool keeps all for itself says which field does that', async () => {
    const world = await World.withHosts(1);
    world.editPool((pool) => {
      pool.spec.hostReserved = { cpuCores: 0, memory: '99999999999999999999' };
    });
    await world.run(5000);
    expect(condition(world, 'h1', 'Overallocated')).toBe('True NothingAllocatable');
    expect(message(world, 'h1', 'Overallocated')).toContain(
      'spec.hostReserved and spec.overcommit of HostPool default leave no memory of h1 to VMs',
    );
    expect(world.pool()?.status?.hosts).toMatchObject({ ready: 1, overallocated: 1 });
    expect(world.hostObject('h1')?.status?.allocatable).toEqual({ cpu: 64, memory: '0' });
  });

  it('names domains that are not of vmfabric, and leaves them alone', async () => {
    const world = await World.withHosts(1);
    world.hypervisor
      .host('h1')
      .outside.define(
        '<domain type="kvm"><name>legacy</name><uuid>11111111-2222-4333-8444-555555555555</uuid></domain>',
      );
    await world.run(90_000);
    expect(world.hostObject('h1')?.status?.foreignDomains).toEqual(['legacy']);
    expect(world.hypervisor.changes).toEqual([]);
  });

  it('that is cordoned stays ready, keeps its VMs, and gets no more', async () => {
    const world = await World.withHosts(1);
    world.putVm('a');
    await world.run(10_000);
    world.cluster.edit(hosts, { name: 'h1' }, (host) => {
      host.spec.unschedulable = true;
    });
    world.putVm('b');
    await world.run(10_000);
    expect(condition(world, 'h1', 'Ready')).toBe('True Cordoned');
    expect(condition(world, 'h1', 'Schedulable')).toBe('False Cordoned');
    expect(world.runsOn('a')).toEqual(['h1']);
    expect(world.message('b', 'Scheduled')).toContain('is cordoned');
    world.cluster.edit(hosts, { name: 'h1' }, (host) => {
      delete host.spec.unschedulable;
    });
    await world.run(10_000);
    expect(world.runsOn('b')).toEqual(['h1']);
  });
});

describe('a host that cannot be used', () => {
  it('does not answer: HostUnreachable, not Stalled, for it may come back by itself', async () => {
    const world = await World.withHosts(2);
    world.hypervisor.host('h2').goDown();
    await world.run(5000);
    expect(condition(world, 'h2', 'Ready')).toBe('False HostUnreachable');
    expect(condition(world, 'h2', 'Stalled')).toBe('False AsExpected');
    expect(world.hostObject('h2')?.status?.connection?.state).toBe('Lost');
    world.hypervisor.host('h2').heal();
    await world.run(60_000);
    expect(condition(world, 'h2', 'Ready')).toBe('True Connected');
  });

  it('rejects the certificate: Stalled, and VMs go to other hosts', async () => {
    const world = new World();
    world.hypervisor.addHost('h1').rejectCertificate();
    world.hypervisor.addHost('h2');
    world.putSecret();
    world.putPool({ staticHosts: ['h1', 'h2'].map((name) => ({ name, address: name })) });
    await world.operator.start();
    world.putVm('a');
    await world.run(20_000);
    expect(condition(world, 'h1', 'Stalled')).toBe('True CertificateRejected');
    expect(message(world, 'h1', 'Connected')).toContain('h1 at h1');
    expect(world.runsOn('a')).toEqual(['h2']);
  });

  it('has the uuid of another host: both say so and get no VMs', async () => {
    const world = await World.withHosts(2, { hostUUID: '11111111-2222-4333-8444-555555555555' });
    world.putVm('a');
    await world.run(10_000);
    expect(condition(world, 'h1', 'Stalled')).toBe('True DuplicateHostUUID');
    expect(message(world, 'h2', 'Stalled')).toContain('Host h1 has the same host uuid');
    expect(world.message('a', 'Scheduled')).toContain('has the same host uuid');
  });

  it('says of itself what cannot be: ImplausibleFacts, VMs run on, others stay away until it says otherwise', async () => {
    const world = await World.withHosts(1);
    world.putVm('a');
    await world.run(10_000);
    const host = world.hypervisor.host('h1');
    const before = host.facts;
    const { capacity } = world.hostObject('h1')?.status ?? {};
    host.facts = { ...before, cpu: { ...before.cpu, count: -1 } };
    world.forgetCalls();
    await world.run(400_000);
    expect(condition(world, 'h1', 'Stalled')).toBe('True ImplausibleFacts');
    expect(condition(world, 'h1', 'Ready')).toBe('False ImplausibleFacts');
    expect(message(world, 'h1', 'Ready')).toContain('The host says what cannot be: it has -1 CPUs.');
    expect(world.hostObject('h1')?.status?.capacity).toEqual(capacity);
    expect(condition(world, 'h1', 'Overallocated')).toBe('False WithinAllocatable');
    expect(world.pool()?.status?.hosts).toMatchObject({ total: 1, ready: 0 });
    world.putVm('b');
    await world.run(10_000);
    expect(world.message('b', 'Scheduled')).toContain('says of itself what cannot be');
    expect(world.hypervisor.changes).toEqual([]);
    host.outside.destroy(world.uuid('a'));
    await world.run(60_000);
    expect(world.runsOn('a')).toEqual(['h1']); // still looked after
    host.facts = before;
    await world.run(400_000);
    expect(condition(world, 'h1', 'Ready')).toBe('True Connected');
    expect(world.runsOn('b')).toEqual(['h1']);
  });

  it('never said anything else: it has no capacity, and no VM comes', async () => {
    const numaCells = [0, 0].map((id) => ({
      id,
      cpus: 8,
      cpuSet: '',
      memoryBytes: 32 * 2 ** 30,
      hugePages: [],
    }));
    const world = await World.withHosts(1, { numaCells });
    world.putVm('a');
    await world.run(10_000);
    expect(condition(world, 'h1', 'Ready')).toBe('False ImplausibleFacts');
    expect(message(world, 'h1', 'Ready')).toContain('two of its NUMA cells have the number 0');
    expect(condition(world, 'h1', 'Overallocated')).toBe('Unknown CapacityUnknown');
    expect(world.hostObject('h1')?.status?.capacity).toBeUndefined();
    expect(world.condition('a', 'Scheduled')).toBe('False Unschedulable');
  });

  it('has names that are longer than a status holds: they are cut or left out, and all else is told', async () => {
    const world = await World.withHosts(1);
    const host = world.hypervisor.host('h1');
    const long = 'x'.repeat(300);
    host.facts = { ...host.facts, libvirtVersion: long, cpu: { ...host.facts.cpu, model: long } };
    host.facts.guests = { cpuModels: ['EPYC', long], machineTypes: [long, 'q35'] };
    await world.run(400_000);
    const { versions, cpu, machineTypes } = world.hostObject('h1')?.status ?? {};
    expect([versions?.libvirt.length, cpu?.model.length]).toEqual([32, 128]);
    expect([cpu?.models, machineTypes]).toEqual([['EPYC'], ['q35']]);
  });

  it('is another machine than the one with VMs: nothing is done to them until a person says what happened', async () => {
    const world = await World.withHosts(2);
    world.putVm('a');
    await world.run(10_000);
    const host = world.hostOf('a');
    const uuid = world.uuid('a');
    const former = host.facts.hostUUID;
    const present = '99999999-2222-4333-8444-555555555555';
    // Another machine has taken the address: it knows nothing of the domain, which runs on.
    host.facts = { ...host.facts, hostUUID: present };
    const domain = host.domains.get(uuid);
    host.domains.delete(uuid);
    host.dropConnections();
    await world.run(120_000);
    expect(condition(world, host.name, 'Stalled')).toBe('True HostReplaced');
    expect(world.condition('a', 'Stalled')).toBe('True HostReplaced');
    expect(world.message('a', 'Ready')).toContain(
      `(host uuid ${present}) than the one that its VMs are bound to (${former})`,
    );
    expect(host.domains.size).toBe(0);
    world.deleteVm('a');
    await world.run(60_000);
    expect(world.condition('a', 'Ready')).toBe('False HostReplaced');
    host.facts = { ...host.facts, hostUUID: former };
    if (domain) host.domains.set(uuid, domain);
    host.dropConnections();
    await world.run(60_000);
    expect(world.findVm('a')).toBeUndefined();
    expect(host.domains.size).toBe(0);
  });

  it('is another machine for good, as an annotation says: VMs start on it', async () => {
    const world = await World.withHosts(1);
    world.putVm('a');
    await world.run(10_000);
    const host = world.hostOf('a');
    const present = '99999999-2222-4333-8444-555555555555';
    host.facts = { ...host.facts, hostUUID: present };
    host.domains.clear();
    host.dropConnections();
    await world.run(10_000);
    world.cluster.edit(hosts, { name: host.name }, (object) => {
      object.metadata.annotations = { ...object.metadata.annotations, 'vmfabric.io/host-uuid': present };
    });
    await world.run(20_000);
    expect(world.condition('a', 'Ready')).toBe('True Running');
    expect(world.hostObject(host.name)?.status?.hypervisor?.hostUUID).toBe(present);
  });

  it('without VMs may be another machine without further ado', async () => {
    const world = await World.withHosts(1);
    const host = world.hypervisor.host('h1');
    host.facts = { ...host.facts, hostUUID: '99999999-2222-4333-8444-555555555555' };
    host.dropConnections();
    await world.run(10_000);
    expect(condition(world, 'h1', 'Ready')).toBe('True Connected');
    world.putVm('a');
    await world.run(10_000);
    expect(world.condition('a', 'Ready')).toBe('True Running');
  });

  it('cannot list its domains for a while: its status goes on', async () => {
    const world = await World.withHosts(1);
    const fault = { when: 'before', outcome: new HypervisorError('Failed', 'internal error') } as const;
    for (let i = 0; i < 10; i++) world.hypervisor.host('h1').failNext('domains', fault);
    world.cluster.edit(hosts, { name: 'h1' }, (host) => {
      host.spec.unschedulable = true;
    });
    await world.run(10_000);
    expect(condition(world, 'h1', 'Schedulable')).toBe('False Cordoned');
  });

  it('lacks the Secret: Stalled with the command to make it, and connected soon after it is made', async () => {
    const world = new World();
    world.hypervisor.addHost('h1');
    world.putPool({ staticHosts: [{ name: 'h1', address: 'h1' }] });
    await world.operator.start();
    await world.run(5000);
    expect(condition(world, 'h1', 'Stalled')).toBe('True SecretNotFound');
    expect(message(world, 'h1', 'Ready')).toContain('kubectl create secret generic libvirt-client');
    world.putSecret();
    await world.run(10_000);
    expect(condition(world, 'h1', 'Ready')).toBe('True Connected');
  });

  it('keeps its connection when the Secret goes away while VMs run', async () => {
    const world = await World.withHosts(1);
    world.putVm('a');
    await world.run(10_000);
    world.putSecret({});
    await world.run(120_000);
    expect(condition(world, 'h1', 'Connected')).toBe('True Connected');
    expect(world.runsOn('a')).toEqual(['h1']);
  });

  it('that is deleted and held by another finalizer says how it stands until it is let go', async () => {
    const world = await World.withHosts(2);
    const audit = 'example.com/audit';
    world.cluster.edit(hosts, { name: 'h1' }, ({ metadata }) => {
      metadata.finalizers = [...(metadata.finalizers ?? []), audit];
    });
    await world.run(5000);
    world.editPool(({ spec }) => {
      spec.staticHosts = spec.staticHosts?.filter(({ name }) => name !== 'h1');
    });
    await world.run(10_000);
    expect(world.hostObject('h1')?.metadata.finalizers).toEqual([audit]);
    expect(condition(world, 'h1', 'Ready')).toBe('True HostRemoved');
    world.hypervisor.host('h1').goDown();
    await world.run(60_000);
    expect(condition(world, 'h1', 'Ready')).toBe('False HostUnreachable');
    world.cluster.edit(hosts, { name: 'h1' }, ({ metadata }) => {
      metadata.finalizers = [];
    });
    await world.run(5000);
    expect(world.hostObject('h1')).toBeUndefined();
    expect(world.operator.connections.link('h1')).toBeUndefined();
  });
});
