import { expect, it } from 'vitest';
import { World } from '../../testing/world.ts';

/** More on each host than there are workers. */
const crowd = 40;

const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);

/** A crowd on each of two hosts, running; and those on h1, which is about to hang, and on h2. */
async function crowded(): Promise<{ world: World; hung: string[]; well: string[] }> {
  const cpu = { model: 'EPYC', vendor: 'AMD', architecture: 'x86_64', sockets: 2, cores: 64, threads: 2 };
  const world = await World.withHosts(2, { memoryBytes: 512 * 2 ** 30, cpu: { ...cpu, count: 256 } });
  const all = names(2 * crowd, 'vm');
  for (const name of all) world.putVm(name);
  await world.run(60_000);
  const on = (host: string) => all.filter((name) => world.vm(name).status?.hostName === host);
  const [hung, well] = [on('h1'), on('h2')];
  expect([hung.length, well.length]).toEqual([crowd, crowd]);
  return { world, hung, well };
}

/** Long before keepalive gives the connection up, after 20 s. */
const atOnceMs = 5_000;

it('a host that hangs holds up its own VMs alone, however many of them are to be looked at', async () => {
  const { world, hung, well } = await crowded();
  world.hypervisor.host('h1').cutOff();
  for (const name of hung) world.halt(name);
  await world.run(100);
  for (const name of well) world.halt(name);
  await world.run(atOnceMs);
  expect(well.filter((name) => world.runsOn(name).length > 0)).toEqual([]);
  expect(hung.filter((name) => world.runsOn(name).length > 0)).toEqual(hung);
  await world.stopOperator();
});

it('nor does it by VMs that are placed on it before anybody knows', async () => {
  const { world } = await crowded();
  world.hypervisor.host('h1').cutOff();
  const added = names(2 * crowd, 'new');
  for (const name of added) world.putVm(name);
  await world.run(atOnceMs);
  const on = (host: string) => added.filter((name) => world.vm(name).status?.hostName === host);
  expect([on('h1').length, on('h2').length]).toEqual([crowd, crowd]);
  expect(on('h2').filter((name) => world.runsOn(name).length === 0)).toEqual([]);
  await world.stopOperator();
});

it('nor do many hosts that hang at once', async () => {
  const hosts = 10; // times four VMs of each in work at once: more than there are workers
  const world = await World.withHosts(hosts);
  const all = names(5 * hosts, 'vm');
  for (const name of all) world.putVm(name);
  await world.run(60_000);
  const isWell = (name: string) => world.vm(name).status?.hostName === 'h1';
  const [well, hung] = [all.filter(isWell), all.filter((name) => !isWell(name))];
  expect(well.length).toBeGreaterThan(0);
  for (let host = 2; host <= hosts; host++) world.hypervisor.host(`h${host}`).cutOff();
  for (const name of hung) world.halt(name);
  await world.run(100);
  for (const name of well) world.halt(name);
  await world.run(atOnceMs);
  expect(well.filter((name) => world.runsOn(name).length > 0)).toEqual([]);
  expect(hung.filter((name) => world.runsOn(name).length > 0)).toEqual(hung);
  await world.stopOperator();
});
