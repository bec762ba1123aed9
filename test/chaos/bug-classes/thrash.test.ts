import { expect, it } from 'vitest';
import { World } from '../../../operator/testing/world.ts';

/** A world with everything in it that an operator could fight with itself over. */
async function busyWorld(): Promise<World> {
  const world = await World.withHosts(3);
  world.putPolicy('apart', {
    vmSelector: { matchLabels: { app: 'db' } },
    vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }],
  });
  for (const name of ['db-1', 'db-2', 'db-3', 'db-4']) world.putVm(name, {}, { labels: { app: 'db' } });
  world.putVm('halted', { runStrategy: 'Halted' });
  world.putVm('manual', { runStrategy: 'Manual' });
  world.putVm('no-kernel', { kernel: { name: 'none' } });
  world.putVm('no-pool', { placement: { hostPoolRef: { name: 'none' } } });
  world.putVm('paused', {}, { annotations: { 'vmfabric.io/paused': 'true' } });
  world.putVm('changed');
  await world.run(20_000);
  world.editVm('changed', (vm) => {
    vm.spec.cpu = { cores: 4 };
  });
  await world.run(180_000);
  return world;
}

it('once all is as it can be, nothing is written and nothing is done for an hour', async () => {
  const world = await busyWorld();
  world.forgetCalls();
  await world.run(3_600_000);
  expect([world.cluster.writes, world.hypervisor.changes]).toEqual([[], []]);
});

it('nor after a restart', async () => {
  const world = await busyWorld();
  world.forgetCalls();
  await world.restartOperator();
  await world.run(600_000);
  expect([world.cluster.writes, world.hypervisor.changes]).toEqual([[], []]);
});

it('nor while a host is away, once that is told', async () => {
  const world = await busyWorld();
  world.hypervisor.host('h1').goDown();
  await world.run(180_000);
  world.forgetCalls();
  await world.run(3_600_000);
  expect([world.cluster.writes, world.hypervisor.changes]).toEqual([[], []]);
});

it('a guest that stops again and again is started ever less often, and its status does not flutter', async () => {
  const world = await World.withRunningVm();
  const uuid = world.uuid('web-1');
  world.forgetCalls();
  for (let second = 0; second < 1800; second += 5) {
    if (world.runsOn('web-1').length > 0) world.hypervisor.host('h1').outside.guestShutsDown(uuid);
    await world.run(5000);
  }
  expect(world.hypervisor.changes.length).toBeLessThan(15);
  expect(world.writes('VirtualMachine').length).toBeLessThan(45);
});
