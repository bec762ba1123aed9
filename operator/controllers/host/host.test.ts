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
    host.facts = { ...host.facts, memoryBytes: 128 * 2 ** 30 };
    await world.run(400_000);
    expect(world.hostObject('h1')?.status?.allocatable).toEqual({ cpu: 64, memory: '127Gi' });
    expect(world.runsOn('a')).toEqual(['h1']);
    world.forgetCalls();
    await world.run(3_600_000);
    expect(world.writes('Host')).toEqual([]);
    expect(world.hypervisor.calls.filter(({ call }) => call === 'facts').length).toBeLessThan(20);
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
});
