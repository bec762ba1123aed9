import { expect, it } from 'vitest';
import { ChaosWorld } from '../chaos-world.ts';

const large = { memory: { size: '60Gi' }, terminationGracePeriodSeconds: 20 };
const urgent = { ...large, placement: { priority: 10 } };

/** Two hosts, each filled by a VM that may be stopped for more important ones. */
async function fullWorld(): Promise<ChaosWorld> {
  const world = new ChaosWorld();
  await world.operator.start();
  for (const name of ['h1', 'h2']) world.addMachine(name);
  world.putSecret();
  world.putPool({
    staticHosts: ['h1', 'h2'].map((name) => ({ name, address: name })),
    preemption: { mode: 'StopVirtualMachines' },
  });
  for (const name of ['low-1', 'low-2']) world.addVm(name, large);
  await world.run(30_000);
  return world;
}

const copies = (world: ChaosWorld) => world.made.map(({ metadata }) => world.runsOn(metadata.name).length);

it.each([0, 100, 500, 1500, 3000, 6000, 12_000, 19_000, 21_000].map((afterMs) => [afterMs] as const))(
  'a host that is cut off %i ms after a VM began to make way on it keeps that VM, and no VM ever runs twice',
  async (afterMs) => {
    const world = await fullWorld();
    world.programGuests('deaf');
    world.addVm('urgent', urgent);
    await world.run(250 + afterMs);
    const victim = ['low-1', 'low-2'].find((name) => world.vm(name).status?.makesWayFor) ?? '';
    const host = world.vm(victim || 'low-1').status?.hostName ?? 'h1';
    world.hypervisor.host(host).cutOff();
    for (let seconds = 0; seconds < 120; seconds++) {
      await world.run(1000);
      expect(Math.max(...copies(world))).toBeLessThan(2);
    }
    world.hypervisor.host(host).heal();
    for (let seconds = 0; seconds < 240; seconds++) {
      await world.run(1000);
      expect(Math.max(...copies(world))).toBeLessThan(2);
    }
    expect(world.runsOn('urgent')).toHaveLength(1);
    const left = ['low-1', 'low-2'].filter((name) => world.runsOn(name).length === 1);
    expect(left).toHaveLength(1);
    for (const name of ['low-1', 'low-2']) expect(world.vm(name).status?.makesWayFor).toBeUndefined();
  },
);

it('a VM whose operator dies right after it was marked is told of by the next one', async () => {
  const world = await fullWorld();
  const isMarked = () => ['low-1', 'low-2'].find((name) => world.vm(name).status?.makesWayFor);
  let marked: string | undefined;
  world.cluster.intercept = ({ verb }, when) => {
    if (marked !== undefined || verb !== 'patchStatus' || when !== 'after') return;
    marked = isMarked();
    if (marked !== undefined) world.kill();
  };
  world.addVm('urgent', urgent);
  await world.run(5000);
  expect(world.events(marked ?? '')).not.toContain('Preempted');
  await world.startOperator();
  await world.settle();
  expect(world.runsOn('urgent')).toHaveLength(1);
  expect(world.events(marked ?? '').filter((reason) => reason === 'Preempted')).toHaveLength(1);
});

it('VMs of rising importance that come one after the other stop each lesser one once, and it ends', async () => {
  const world = await fullWorld();
  for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
    world.addVm(name, { ...large, placement: { priority: 10 + index } });
    await world.run(700);
  }
  await world.settle();
  for (const name of ['c', 'd']) expect(world.runsOn(name)).toHaveLength(1);
  for (const name of ['low-1', 'low-2', 'a', 'b']) expect(world.runsOn(name)).toEqual([]);
  const stops = world.hostEffects.filter((effect) => effect.includes(' stops '));
  expect(stops.length).toBeLessThanOrEqual(4);
  expect(new Set(stops.map((stop) => stop.split(' ')[2])).size).toBe(stops.length);
});
