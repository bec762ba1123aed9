import { expect, it } from 'vitest';
import { virtualMachines } from '../../operator/api/kinds.ts';
import { World } from '../../operator/testing/world.ts';
import { Life } from './life.ts';

/** A world whose operator runs, and the life that it has. */
async function mortalWorld() {
  const lives: Life[] = [];
  const operator = (world: World) => {
    const life = new Life(world);
    lives.push(life);
    return { cluster: life.cluster, hypervisor: life.hypervisor, clock: life.clock };
  };
  const world = await World.withHosts(1, {}, { operator });
  world.putVm('web-1');
  await world.run(30_000);
  const life = () => lives.at(-1) ?? new Life(world);
  return { world, life, end: () => life().end() };
}

it('an operator that is killed asks for nothing, does nothing and hears nothing any more', async () => {
  const { world, end } = await mortalWorld();
  end();
  world.forgetCalls();
  world.halt('web-1');
  world.hypervisor.host('h1').outside.destroy(world.uuid('web-1'));
  await world.run(600_000);
  expect([world.cluster.calls, world.hypervisor.calls]).toEqual([[], []]);
});

it('leaves no connection, no watch and no timer behind', async () => {
  const { world, end } = await mortalWorld();
  end();
  await world.run(1);
  expect(world.hypervisor.host('h1').connectionCount).toBe(0);
  expect(world.cluster.watches.count()).toBe(0);
  expect(world.clock.pendingTimers).toBe(0);
});

it('is as dead in the middle of a call: the call arrives, and its answer moves nobody', async () => {
  const { world, end } = await mortalWorld();
  world.cluster.intercept = ({ verb, key }, when) => {
    if (verb === 'patchStatus' && key === 'shop/web-2' && when === 'after') end();
  };
  world.putVm('web-2');
  await world.run(60_000);
  expect(world.vm('web-2').status?.hostName).toBe('h1');
  expect(world.vm('web-2').metadata.finalizers).toBeUndefined();
  expect(world.cluster.objects(virtualMachines)).toHaveLength(2);
});

it('another one takes over what it left', async () => {
  const { world, end } = await mortalWorld();
  world.putVm('web-2');
  end();
  await world.startOperator();
  await world.run(30_000);
  expect(world.condition('web-2', 'Ready')).toBe('True Running');
});

it('an operator that is suspended does nothing, and all that it missed when it is resumed', async () => {
  const { world, life } = await mortalWorld();
  life().suspend();
  world.forgetCalls();
  world.halt('web-1');
  await world.run(600_000);
  expect([world.cluster.writes, world.hypervisor.calls]).toEqual([[], []]);
  await life().resume('timers');
  await world.run(30_000);
  expect(world.runsOn('web-1')).toEqual([]);
});
