import { expect, it } from 'vitest';
import { hostPools, hosts, placementPolicies, virtualMachines } from '../../../operator/api/kinds.ts';
import { eventType } from '../../../operator/kube/recorder.ts';
import { World } from '../../../operator/testing/world.ts';

it('after every VM is deleted, in whatever state it was, hosts hold nothing', async () => {
  const world = await World.withHosts(3);
  world.putVm('running');
  world.putVm('halted', { runStrategy: 'Halted' });
  world.putVm('manual', { runStrategy: 'Manual' });
  world.putVm('stopped');
  world.putVm('wrong', { kernel: { name: 'none' } });
  await world.run(20_000);
  world.halt('stopped');
  await world.run(20_000);
  world.putVm('new');
  await world.run(100);
  for (const { metadata } of world.cluster.objects(virtualMachines)) world.deleteVm(metadata.name);
  await world.run(120_000);
  expect(world.cluster.objects(virtualMachines)).toEqual([]);
  expect(world.hypervisor.hosts.map(({ domains }) => domains.size)).toEqual([0, 0, 0]);
});

it('after the pool is deleted no connection is left, and no object but Events', async () => {
  const world = await World.withRunningVm();
  world.deleteVm('web-1');
  await world.run(30_000);
  world.cluster.remove(hostPools, { name: 'default' });
  // As the garbage collector does with what belonged to it.
  world.cluster.remove(hosts, { name: 'h1' });
  await world.run(30_000);
  const left = [virtualMachines, hostPools, hosts, placementPolicies].flatMap((type) =>
    world.cluster.objects(type as typeof hosts),
  );
  expect(left).toEqual([]);
  expect(world.cluster.objects(eventType).length).toBeGreaterThan(0);
  expect(world.hypervisor.host('h1').connectionCount).toBe(0);
});

it('an operator that stops leaves no timer, no watch and no connection behind, and the guests running', async () => {
  const world = await World.withHosts(2);
  world.putVm('web-1');
  world.putVm('web-2', { kernel: { name: 'none' } });
  world.hypervisor.host('h2').goDown();
  await world.run(30_000);
  await world.stopOperator();
  await world.run(1);
  expect(world.clock.pendingTimers).toBe(0);
  expect(world.cluster.watches.count()).toBe(0);
  expect(world.hypervisor.hosts.map(({ connectionCount }) => connectionCount)).toEqual([0, 0]);
  expect(world.runsOn('web-1')).toHaveLength(1);
});

it('a host has one connection, however often it was lost and its credentials changed', async () => {
  const world = await World.withRunningVm();
  for (let times = 1; times <= 10; times++) {
    world.hypervisor.host('h1').dropConnections();
    world.editPool((pool) => {
      pool.spec.connection.port = 16514 + times;
    });
    await world.run(10_000);
  }
  expect(world.hypervisor.host('h1').connectionCount).toBe(1);
});
