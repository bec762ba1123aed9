import { describe, expect, it } from 'vitest';
import { virtualMachines } from '../../../operator/api/kinds.ts';
import { findCondition } from '../../../operator/controllers/conditions.ts';
import { World } from '../../../operator/testing/world.ts';

const hosts = 20;
const vms = 2000;

/** Hosts with room for a hundred VMs each; nothing runs yet. */
async function emptyFabric(): Promise<World> {
  const world = await World.withHosts(hosts, { memoryBytes: 2 ** 40 });
  for (const host of world.hypervisor.hosts) {
    const number = host.name.slice(1).padStart(12, '0');
    host.facts = { ...host.facts, hostUUID: `bbbbbbbb-0000-4000-8000-${number}` };
    host.resize({ cpus: 64 });
    host.dropConnections();
  }
  await world.run(10_000);
  return world;
}

const readyVms = (world: World) =>
  world.cluster.objects(virtualMachines).filter((vm) => findCondition(vm, 'Ready')?.status === 'True').length;

describe(`${vms} VMs on ${hosts} hosts`, { timeout: 300_000 }, () => {
  it('made at once all run, and an operator that starts again finds them without a write', async () => {
    const world = await emptyFabric();
    for (let index = 0; index < vms; index++) world.putVm(`vm-${index}`);
    await world.run(90_000);
    expect(readyVms(world)).toBe(vms);
    expect(Math.max(...world.hypervisor.hosts.map(({ domains }) => domains.size))).toBe(vms / hosts);
    world.forgetCalls();
    await world.restartOperator();
    await world.run(90_000);
    expect([world.cluster.writes, world.hypervisor.changes]).toEqual([[], []]);
    expect(world.hypervisor.calls.filter(({ call }) => call === 'connect')).toHaveLength(hosts);
  });
});
