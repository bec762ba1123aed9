import { describe, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

/** Hosts h1 … of 4 CPUs each, room kept for the failure of one, and VMs that may be stopped for more important ones. */
const worldOf = (count: number) =>
  World.withCpus(Array<number>(count).fill(4), {
    failureReserve: {},
    preemption: { mode: 'StopVirtualMachines' },
  });

async function putVm(world: World, name: string, cores: number, spec: object = {}): Promise<void> {
  world.putVm(name, { cpu: { cores }, ...spec });
  await world.run(10_000);
}

const urgent = { placement: { priority: 100 } };
const hostOf = (world: World, name: string) => world.vm(name).status?.hostName;
const kept = (world: World) => findCondition(world.pool() ?? {}, 'ReserveKept')?.status;

describe('a VM that is more important', () => {
  it('has nobody stopped where it would take what the pool keeps for failures', async () => {
    const world = await worldOf(2);
    await putVm(world, 'a', 3);
    await putVm(world, 'b', 1);
    expect(hostOf(world, 'a')).not.toBe(hostOf(world, 'b'));
    world.forgetCalls();
    await putVm(world, 'big', 4, urgent);
    await world.run(60_000);
    expect(world.condition('big', 'Scheduled')).toBe('False Unschedulable');
    expect(world.message('big', 'Scheduled')).toMatch(
      /^0 of 2 hosts fit: .* HostPool default keeps room for 1 failure of kubernetes\.io\/hostname; without its spec\.failureReserve it would fit with .* more free on h\d\.$/,
    );
    expect(world.hypervisor.changes).toEqual([]);
    expect(kept(world)).toBe('True');
  });

  it('that only the reserve keeps out has one stopped by which the reserve takes it', async () => {
    const world = await worldOf(2);
    await putVm(world, 'low', 3, { terminationGracePeriodSeconds: 10 });
    const there = hostOf(world, 'low') ?? '';
    world.hypervisor.host(there).guest(world.uuid('low'), { shutdown: 'ignores' });
    world.putVm('big', { cpu: { cores: 4 }, ...urgent });
    for (let step = 0; step < 30; step++) {
      await world.run(1000);
      world.editPool((pool) => {
        pool.spec.strategy = step % 2 === 0 ? 'Pack' : 'Spread';
      });
      // The place is promised to the one, so for the other none is kept: both together would be too much.
      expect(kept(world)).toBe('True');
    }
    expect(world.runsOn('big')).toEqual([there]);
    expect(hostOf(world, 'low')).toBeUndefined();
    expect(world.message('low', 'Scheduled')).toContain('would not leave the reserve');
  });

  it('stops nobody any more once the pool could keep nothing for it, and takes no place it had been promised', async () => {
    const world = await worldOf(2);
    await putVm(world, 'low', 3, { terminationGracePeriodSeconds: 60 });
    const there = hostOf(world, 'low') ?? '';
    world.hypervisor.host(there).guest(world.uuid('low'), { shutdown: 'ignores' });
    await putVm(world, 'big', 4, urgent);
    expect(world.vm('low').status?.makesWayFor?.name).toBe('big');
    world.hypervisor.host(there === 'h1' ? 'h2' : 'h1').goDown();
    await world.run(120_000);
    expect(world.runsOn('low')).toEqual([there]);
    expect(world.condition('low', 'Ready')).toBe('True Running');
    expect(hostOf(world, 'big')).toBeUndefined();
  });
});
