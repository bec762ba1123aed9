import { expect, it } from 'vitest';
import { HypervisorError } from '../../../operator/hypervisor/hypervisor.ts';
import { World } from '../../../operator/testing/world.ts';

/** Two VMs on each of three hosts. */
async function sixVms(): Promise<World> {
  const world = await World.withHosts(3);
  for (let index = 1; index <= 6; index++) world.putVm(`vm-${index}`);
  await world.run(30_000);
  return world;
}

const namesOn = (world: World, host: string) =>
  [1, 2, 3, 4, 5, 6].map((index) => `vm-${index}`).filter((name) => world.vm(name).status?.hostName === host);

it.each([
  ['hangs', (world: World) => world.hypervisor.host('h1').cutOff()],
  ['is down', (world: World) => world.hypervisor.host('h1').goDown()],
  ['takes a minute for each call', (world: World) => (world.hypervisor.host('h1').slowByMs = 60_000)],
])('while one host %s, VMs of others stop and start as fast as ever', async (_how, breakIt) => {
  const world = await sixVms();
  breakIt(world);
  for (const name of namesOn(world, 'h1')) world.halt(name);
  const [other = ''] = namesOn(world, 'h2');
  world.halt(other);
  await world.run(1500);
  expect(world.runsOn(other)).toEqual([]);
  world.editVm(other, (vm) => {
    vm.spec.runStrategy = 'Always';
  });
  await world.run(500);
  expect(world.runsOn(other)).toEqual(['h2']);
});

it('new VMs go to the hosts that answer', async () => {
  const world = await sixVms();
  world.hypervisor.host('h1').goDown();
  await world.run(5000);
  for (let index = 7; index <= 9; index++) world.putVm(`vm-${index}`);
  await world.run(10_000);
  for (let index = 7; index <= 9; index++) expect(world.runsOn(`vm-${index}`)[0]).toMatch(/^h[23]$/);
});

it('a host that comes and goes starts nothing twice, and its VMs are told as they are in the end', async () => {
  const world = await sixVms();
  const host = world.hypervisor.host('h1');
  world.forgetCalls();
  for (let times = 0; times < 20; times++) {
    host.goDown();
    await world.run(7000);
    host.heal();
    await world.run(7000);
  }
  await world.run(120_000);
  expect(world.hypervisor.changes).toEqual([]);
  for (const name of namesOn(world, 'h1')) expect(world.condition(name, 'Ready')).toBe('True Running');
});

it('a VM that its host refuses to start keeps none of its neighbours from running', async () => {
  const world = await World.withHosts(1);
  const full = new HypervisorError('Failed', 'cannot allocate memory');
  world.hypervisor.host('h1').failNext('start', { when: 'before', outcome: full });
  world.putVm('vm-1');
  world.putVm('vm-2');
  await world.run(5000);
  const ready = [1, 2].map((index) => world.condition(`vm-${index}`, 'Ready')).sort();
  expect(ready).toEqual(['False StartFailed', 'True Running']);
  await world.run(30_000);
  expect([...world.runsOn('vm-1'), ...world.runsOn('vm-2')]).toEqual(['h1', 'h1']);
});

it.each(['define', 'start', 'domain', 'domains', 'facts', 'guestInterfaces', 'subscribe'] as const)(
  'a %s that never answers is given up, and what it was for gets done',
  async (call) => {
    const world = await World.withHosts(1);
    world.hypervisor.host('h1').dropConnections();
    world.hypervisor.host('h1').failNext(call, { when: 'before', outcome: 'hang' });
    world.putVm('vm-1');
    await world.run(240_000);
    expect(world.condition('vm-1', 'Ready')).toBe('True Running');
    expect(world.vm('vm-1').status?.interfaces?.[0]?.addresses).toEqual(['10.77.0.10']);
  },
);
