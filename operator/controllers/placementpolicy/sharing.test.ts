import { describe, expect, it } from 'vitest';
import { placementPolicies, virtualMachines } from '../../api/kinds.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

const db = { vmSelector: { matchLabels: { app: 'db' } } };
const labels = { labels: { app: 'db' } };
const elsewhere = { namespace: 'other' };

/** A VM of the namespace `other`. */
function inOther(world: World, name: string): VirtualMachine | undefined {
  return world.cluster.peek(virtualMachines, { namespace: 'other', name });
}

describe('a policy with hostSharing Exclusive', () => {
  it('keeps VMs of any namespace away from the hosts of its own, and those away from theirs', async () => {
    const world = await World.withHosts(2);
    world.putPolicy('db', { ...db, hostSharing: 'Exclusive' });
    world.putVm('a', {}, labels);
    await world.run(5000);
    for (const name of ['x', 'y']) world.putVm(name, {}, elsewhere);
    world.putVm('b', {}, labels);
    await world.run(10_000);
    const mine = world.vm('a').status?.hostName;
    expect(mine).toBeDefined();
    expect(world.vm('b').status?.hostName).toBe(mine);
    expect(inOther(world, 'x')?.status?.hostName).not.toBe(mine);
    expect(inOther(world, 'y')?.status?.hostName).toBe(inOther(world, 'x')?.status?.hostName);
  });

  it('tells of a VM of another namespace that was there before, as long as it is', async () => {
    const world = await World.withHosts(1);
    world.putVm('a', {}, labels);
    world.putVm('x', {}, elsewhere);
    await world.run(10_000);
    world.putPolicy('db', { ...db, hostSharing: 'Exclusive' });
    await world.run(5000);
    const satisfied = () => findCondition(world.policy('db') ?? {}, 'Satisfied');
    expect(satisfied()?.message).toContain('shop/a on h1: ');
    world.cluster.remove(virtualMachines, { namespace: 'other', name: 'x' });
    await world.run(30_000);
    expect(satisfied()?.status).toBe('True');
  });

  it('says so to a VM that finds no other host, and lets it go there once the policy is gone', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('db', { ...db, hostSharing: 'Exclusive' });
    world.putVm('a', {}, labels);
    await world.run(5000);
    world.putVm('x', {}, elsewhere);
    await world.run(10_000);
    expect(findCondition(inOther(world, 'x') ?? {}, 'Scheduled')?.message).toContain(
      '1 is kept for VMs of policy shop/db.',
    );
    world.cluster.remove(placementPolicies, { namespace: 'shop', name: 'db' });
    await world.run(10_000);
    expect(inOther(world, 'x')?.status?.hostName).toBe('h1');
  });
});

describe('a policy with domainLimits', () => {
  it('keeps its VMs on so many hosts, however large they are', async () => {
    const world = await World.withHosts(3);
    world.putPolicy('db', {
      ...db,
      domainLimits: [{ topologyKey: 'kubernetes.io/hostname', maxDomains: 2 }],
    });
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) world.putVm(name, { memory: { size: '30Gi' } }, labels);
    await world.run(20_000);
    const bound = names.flatMap((name) => world.vm(name).status?.hostName ?? []);
    expect(bound).toHaveLength(4);
    expect(new Set(bound).size).toBe(2);
    const waiting = names.find((name) => !world.vm(name).status?.hostName) ?? '';
    expect(world.message(waiting, 'Scheduled')).toContain(
      '1 would be one kubernetes.io/hostname more than policy db allows',
    );
  });
});
