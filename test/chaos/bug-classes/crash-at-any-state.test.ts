import { describe, expect, it } from 'vitest';
import { ChaosWorld } from '../chaos-world.ts';
import { live } from '../scenario.ts';
import { poolOf } from '../scenarios/pool.ts';

/** The matrix tries each write of whole scenarios; what is here needs the world to change while nobody looks. */
async function withRunningVm(): Promise<ChaosWorld> {
  const world = new ChaosWorld();
  await world.operator.start();
  for (const step of [...poolOf(2), { putVm: 'web-1' }]) await live(world, step);
  await world.settle();
  return world;
}

describe('while the operator is dead', () => {
  it('libvirtd restarts as well: for the 15 s that a silence may last nothing is said of its VMs', async () => {
    const world = await withRunningVm();
    const host = world.hostOf('web-1');
    world.kill();
    host.goDown();
    world.forgetCalls();
    await world.startOperator();
    // Early enough that the next try falls into the 15 s, whatever the jitter of the back-off.
    await world.run(5000);
    host.heal();
    await world.run(120_000);
    expect(world.writes('VirtualMachine')).toEqual([]);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });

  it('a host is lost: it is told as lost, not as new', async () => {
    const world = await withRunningVm();
    const host = world.hostOf('web-1');
    world.kill();
    host.goDown();
    await world.startOperator();
    await world.run(60_000);
    expect(world.hostObject(host.name)?.status?.connection?.state).toBe('Lost');
    expect(world.condition('web-1', 'Ready')).toBe('Unknown HostLost');
  });

  it('a VM is deleted and made anew: the old domain goes nowhere, and the new one is another', async () => {
    const world = await withRunningVm();
    const old = world.uuid('web-1');
    world.kill();
    world.deleteVm('web-1');
    expect(world.findVm('web-1')?.metadata.deletionTimestamp).toBeDefined();
    await world.startOperator();
    await world.run(30_000);
    expect(world.findVm('web-1')).toBeUndefined();
    world.addVm('web-1');
    await world.run(30_000);
    expect(world.uuid('web-1')).not.toBe(old);
    expect(world.hypervisor.hosts.flatMap((host) => [...host.domains.keys()])).toEqual([world.uuid('web-1')]);
  });

  it('a guest stops: it is started again, once', async () => {
    const world = await withRunningVm();
    world.kill();
    world.hostOf('web-1').outside.guestShutsDown(world.uuid('web-1'));
    world.forgetCalls();
    await world.startOperator();
    await world.run(120_000);
    expect(world.hypervisor.changes.map(({ call }) => call)).toEqual(['start']);
    expect(world.condition('web-1', 'Ready')).toBe('True Running');
  });
});

it('an operator that is killed ten times, a moment later each time, makes one VM all the same', async () => {
  const world = new ChaosWorld();
  for (const step of poolOf(1)) await live(world, step);
  world.addVm('web-1');
  for (let lives = 1; lives <= 10; lives++) {
    await world.startOperator();
    await world.run(lives * lives);
    world.kill();
  }
  await world.startOperator();
  await world.run(60_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  expect(world.hostEffects).toEqual(['h1 defines shop_web-1', 'h1 starts shop_web-1']);
});
