import { expect, it } from 'vitest';
import { hosts } from '../api/kinds.ts';
import { World } from '../testing/world.ts';

/** Long before its own next look a VM is woken by what concerns it. */
const soonMs = 3_000;

async function atRest(hostCount: number): Promise<World> {
  const world = await World.withHosts(hostCount);
  world.putVm('web-1');
  await world.run(120_000);
  return world;
}

it('a host that turns out to be the machine of another one stops what is done to VMs of that one too', async () => {
  const world = await atRest(2);
  const here = world.hostOf('web-1');
  const twin = world.hypervisor.hosts.find((host) => host !== here);
  if (!twin) throw new Error('there is one host only');
  twin.facts = { ...twin.facts, hostUUID: here.facts.hostUUID };
  twin.dropConnections();
  await world.run(soonMs);
  expect(world.condition('web-1', 'Stalled')).toBe('True DuplicateHostUUID');
});

it('a Host whose object somebody removes by force is missed by its VMs', async () => {
  const world = await atRest(1);
  world.editPool((pool) => {
    pool.spec.staticHosts = [];
  });
  await world.run(120_000);
  expect(world.condition('web-1', 'Ready')).toBe('True Running');
  world.cluster.edit(hosts, { name: 'h1' }, (host) => {
    host.metadata.finalizers = [];
  });
  world.cluster.remove(hosts, { name: 'h1' });
  await world.run(soonMs);
  expect(world.condition('web-1', 'Stalled')).toBe('True HostGone');
});

it('statuses that sum up are written about once a second while VMs come, and tell of all in the end', async () => {
  const world = await World.withHosts(20);
  world.putPolicy('web', { vmSelector: { matchLabels: {} } });
  await world.run(120_000);
  world.forgetCalls();
  const seconds = 10;
  for (let made = 0; made < seconds * 10; made++) {
    world.putVm(`web-${made}`);
    await world.run(100);
  }
  for (const kind of ['HostPool', 'PlacementPolicy']) {
    const { length } = world.writes(kind);
    expect(length, kind).toBeGreaterThan(seconds / 2);
    expect(length, kind).toBeLessThanOrEqual(seconds + 1);
  }
  await world.run(5_000);
  expect(world.pool()?.status?.virtualMachines).toBe(seconds * 10);
  expect(world.policy('web')?.status).toMatchObject({ selected: seconds * 10, satisfied: seconds * 10 });
});
