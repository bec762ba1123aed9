import { describe, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';

async function running(spec: object = {}): Promise<World> {
  const world = await World.withHosts(2);
  world.putVm('web-1', spec);
  await world.run(10_000);
  return world;
}

describe('deleting a VM', () => {
  it('shuts the guest down, removes the domain, and then the object goes', async () => {
    const world = await running();
    const host = world.hostOf('web-1');
    world.deleteVm('web-1');
    await world.run(500);
    expect(world.condition('web-1', 'Ready')).toBe('False Stopping');
    await world.run(5000);
    expect(world.findVm('web-1')).toBeUndefined();
    expect(host.domains.size).toBe(0);
  });

  it('powers off a guest that does not shut down in its grace period', async () => {
    const world = await running({ terminationGracePeriodSeconds: 20 });
    world.hostOf('web-1').guest(world.uuid('web-1'), { shutdown: 'ignores' });
    world.deleteVm('web-1');
    await world.run(19_000);
    expect(world.findVm('web-1')).toBeDefined();
    await world.run(3000);
    expect(world.findVm('web-1')).toBeUndefined();
  });

  it('that has no host yet is immediate', async () => {
    const world = await World.withHosts(1);
    world.putVm('web-1', { memory: { size: '1Ti' } });
    await world.run(5000);
    expect(world.condition('web-1', 'Scheduled')).toBe('False Unschedulable');
    world.deleteVm('web-1');
    await world.run(1000);
    expect(world.findVm('web-1')).toBeUndefined();
  });

  it('whose domain somebody removed already ends', async () => {
    const world = await running();
    world.hostOf('web-1').outside.undefine(world.uuid('web-1'));
    world.hostOf('web-1').outside.destroy(world.uuid('web-1'));
    world.deleteVm('web-1');
    await world.run(5000);
    expect(world.findVm('web-1')).toBeUndefined();
  });

  it('whose pool is gone from the spec of the world ends all the same', async () => {
    const world = await running();
    world.editVm('web-1', (vm) => {
      if (vm.spec.kernel) vm.spec.kernel.name = 'unknown';
    });
    world.deleteVm('web-1');
    await world.run(5000);
    expect(world.findVm('web-1')).toBeUndefined();
  });

  it('makes room for a VM that waits', async () => {
    const world = await World.withHosts(1, { memoryBytes: 3 * 2 ** 30 });
    world.putVm('web-1', { memory: { size: '2Gi' } });
    await world.run(10_000);
    world.putVm('web-2', { memory: { size: '2Gi' } });
    await world.run(5000);
    expect(world.condition('web-2', 'Scheduled')).toBe('False Unschedulable');
    world.deleteVm('web-1');
    await world.run(10_000);
    expect(world.runsOn('web-2')).toEqual(['h1']);
  });
});

describe('deleting a VM whose host does not answer', () => {
  async function cutOff(): Promise<{ world: World; bound: string }> {
    const world = await running();
    const bound = world.vm('web-1').status?.hostName ?? '';
    world.hostOf('web-1').cutOff();
    await world.run(60_000);
    world.deleteVm('web-1');
    await world.run(60_000);
    return { world, bound };
  }

  it('waits, and says for which host and what to do', async () => {
    const { world, bound } = await cutOff();
    expect(world.condition('web-1', 'Ready')).toBe('False DeletionWaitsForHost');
    expect(world.message('web-1', 'Ready')).toContain(
      `kubectl annotate vm web-1 -n shop vmfabric.io/host-lost=${bound}`,
    );
  });

  it('goes on by itself when the host is back', async () => {
    const { world, bound } = await cutOff();
    world.hypervisor.host(bound).heal();
    await world.run(60_000);
    expect(world.findVm('web-1')).toBeUndefined();
    expect(world.hypervisor.host(bound).domains.size).toBe(0);
  });

  it('ends on the word of a person, and leaves the domain alone when the host comes back after all', async () => {
    const { world, bound } = await cutOff();
    world.editVm('web-1', (vm) => {
      vm.metadata.annotations = { 'vmfabric.io/host-lost': bound };
    });
    await world.run(1000);
    expect(world.findVm('web-1')).toBeUndefined();
    world.hypervisor.host(bound).heal();
    await world.run(90_000);
    expect(world.hypervisor.host(bound).domains.size).toBe(1);
    expect(world.hostObject(bound)?.status?.foreignDomains).toEqual(['shop_web-1']);
  });

  it('does not take another host name for the word of a person', async () => {
    const { world } = await cutOff();
    world.editVm('web-1', (vm) => {
      vm.metadata.annotations = { 'vmfabric.io/host-lost': 'true' };
    });
    await world.run(60_000);
    expect(world.findVm('web-1')).toBeDefined();
  });
});
