import { describe, expect, it } from 'vitest';
import { hosts } from '../../api/kinds.ts';
import { World } from '../../testing/world.ts';
import { waitingFor } from '../pool/choose-host.ts';
import { type Dump, DumpError, parseDump, takeDump } from './dump.ts';
import { replay, snapshotOf } from './replay.ts';

const about = { programVersion: '1.2.3', takenAt: new Date('2026-01-01T00:00:00Z') };

const dumpOf = (world: World): Promise<Dump> => takeDump(world.cluster, about);

/** Written and read again, as a file is. */
const handedOn = (dump: Dump): Dump => parseDump(JSON.stringify(dump));

/** What the operator would decide for the VM by the world's objects: a host, or the message. */
async function replayed(world: World, name: string): Promise<string> {
  const all = replay(snapshotOf(handedOn(await dumpOf(world)).objects));
  const choice = all.find(({ vm }) => vm.metadata.name === name)?.choice;
  if (choice?.kind === 'clears') return waitingFor(choice);
  return choice?.kind === 'host' ? choice.place.host : (choice?.message ?? 'none');
}

/** What the operator did decide. */
function decided(world: World, name: string): string {
  return world.vm(name).status?.hostName ?? world.message(name, 'Scheduled');
}

/** Hosts of several sizes and labels, one of them cordoned, one lost, two with one uuid, two that say what cannot be. */
async function mixedWorld(): Promise<World> {
  const world = new World();
  const sizes = [8, 16, 16, 32, 64, 64, 8, 8, -1];
  const staticHosts = sizes.map((gibibytes, index) => {
    const name = `h${index + 1}`;
    const twin = index === 6 || index === 7 ? { hostUUID: 'aaaaaaaa-0000-4000-8000-000000000099' } : {};
    world.hypervisor.addHost(name, { memoryBytes: gibibytes * 2 ** 30, ...twin });
    return { name, address: name, labels: { rack: `r${index % 3}`, disk: index % 2 === 0 ? 'nvme' : 'ssd' } };
  });
  world.putSecret();
  world.putPool({ staticHosts, overcommit: { cpuPercent: 250, memoryPercent: 110 } });
  await world.operator.start();
  await world.run(5000);
  world.cluster.edit(hosts, { name: 'h5' }, (host) => {
    host.spec.unschedulable = true;
  });
  world.hypervisor.host('h6').goDown();
  world.hypervisor.host('h4').resize({ memoryBytes: 0 });
  await world.run(400_000);
  return world;
}

const specs: readonly object[] = [
  {},
  { cpu: { cores: 4 }, memory: { size: '6Gi' } },
  { placement: { hostSelector: { matchLabels: { disk: 'ssd' } } } },
  { memory: { size: '40Gi' } },
  { memory: { size: '14Gi' } },
  { placement: { hostSelector: { matchLabels: { disk: 'floppy' } } } },
  { cpu: { cores: 11 } },
  { memory: { size: '7Gi' } },
];

describe('a dump', () => {
  it('that is replayed decides for each VM what the operator then decides', async () => {
    const world = await mixedWorld();
    world.putPolicy('apart', {
      vmSelector: { matchLabels: { app: 'db' } },
      vmAntiAffinity: [{ topologyKey: 'rack' }],
    });
    const outcomes = new Set<string>();
    for (const [index, spec] of [...specs, ...specs].entries()) {
      const name = `vm-${index}`;
      world.putVm(name, spec, { labels: { app: index % 2 === 0 ? 'db' : 'web' } });
      const expected = await replayed(world, name);
      await world.run(10_000);
      expect([name, decided(world, name)]).toEqual([name, expected]);
      outcomes.add(expected);
    }
    // Hosts as well as refusals, or nothing was compared.
    expect([...outcomes].filter((one) => /^h\d$/.test(one)).length).toBeGreaterThan(2);
    expect([...outcomes].some((one) => one.includes('is cordoned'))).toBe(true);
  });

  it('places gangs as the operator does, and says what those wait for that are not whole', async () => {
    const world = await World.withHosts(2, { memoryBytes: 8 * 2 ** 30 });
    world.putPolicy('crew', { vmSelector: { matchLabels: { crew: 'a' } }, gang: { minMembers: 3 } });
    const add = async (name: string) => {
      world.putVm(name, { memory: { size: '2Gi' } }, { labels: { crew: 'a' } });
      await world.run(3000);
    };
    await add('one');
    await add('two');
    for (const name of ['one', 'two']) {
      expect(decided(world, name)).toContain('it waits for 1 more');
      expect(await replayed(world, name)).toBe(decided(world, name));
    }
    await world.stopOperator();
    await add('three');
    const names = ['one', 'two', 'three'];
    const expected = await Promise.all(names.map((name) => replayed(world, name)));
    await world.startOperator();
    await world.run(30_000);
    expect(names.map((name) => decided(world, name))).toEqual(expected);
    expect(expected.every((one) => /^h\d$/.test(one))).toBe(true);
  });

  it('has VMs make way as the operator does, and holds the place against those that come after', async () => {
    const world = await World.withHosts(1);
    world.editPool((pool) => {
      pool.spec.preemption = { mode: 'StopVirtualMachines' };
    });
    world.putVm('low', { memory: { size: '60Gi' } });
    await world.run(10_000);
    await world.stopOperator();
    world.putVm('big', { memory: { size: '50Gi' }, placement: { priority: 100 } });
    world.putVm('second', { memory: { size: '20Gi' }, placement: { priority: 50 } });
    const expected = [await replayed(world, 'big'), await replayed(world, 'second')];
    expect(expected[0]).toMatch(/kept for the VM; it waits for .*: shop\/low\.$/);
    // The very VMs that could be stopped are taken for the first.
    expect(expected[1]).toMatch(/^0 of 1 host fits: 1 lacks memory/);
    await world.startOperator();
    await world.run(1000);
    expect([decided(world, 'big'), world.runsOn('second')]).toEqual([expected[0], []]);
  });

  it('sees hosts as the connections tell them', async () => {
    const world = await mixedWorld();
    const { pools } = snapshotOf((await dumpOf(world)).objects);
    const own = world.operator.pools.engine;
    for (const name of own.hostsOf('default')) expect(pools.engine.host(name)).toEqual(own.host(name));
    expect(own.hostsOf('default')).toHaveLength(9);
    expect(own.host('h7')?.available).toMatchObject({ reason: 'has the same host uuid as h8' });
  });

  it('knows how contended hosts are, as far as the operator goes by it', async () => {
    const world = await World.withHosts(2);
    world.putVm('busy', { cpu: { cores: 2 } });
    await world.run(300_000);
    world.hostOf('busy').domains.get(world.uuid('busy'))?.use.does({ runs: 1, waits: 5 });
    // Alone, the next VM would go where `busy` is not; with others there, only contention keeps it away.
    const crowded = world.vm('busy').status?.hostName === 'h1' ? 'h2' : 'h1';
    world.putVm('large', { cpu: { cores: 6 }, memory: { size: '6Gi' } });
    await world.run(900_000);
    expect(world.vm('large').status?.hostName).toBe(crowded);
    world.putVm('next');
    const expected = await replayed(world, 'next');
    expect(expected).toBe(crowded);
    await world.run(10_000);
    expect(decided(world, 'next')).toBe(expected);
  });

  it('sees that another machine answers than the one that VMs are bound to', async () => {
    const world = await World.withRunningVm();
    const host = world.hypervisor.host('h1');
    host.facts = { ...host.facts, hostUUID: 'bbbbbbbb-0000-4000-8000-000000000001' };
    host.dropConnections();
    await world.run(120_000);
    const { pools } = snapshotOf((await dumpOf(world)).objects);
    expect(pools.engine.host('h1')?.available).toEqual({
      yes: false,
      reason: 'is another machine than before',
      isLost: true,
    });
  });

  it('replays VMs one after the other, the most important first, but none that is not to run', async () => {
    const world = await World.withHosts(1, { memoryBytes: 6 * 2 ** 30 });
    await world.stopOperator();
    world.putVm('large', { memory: { size: '3Gi' } });
    world.putVm('small', { memory: { size: '2Gi' } });
    world.putVm('vip', { memory: { size: '2Gi' }, placement: { priority: 9 } });
    world.putVm('halted', { runStrategy: 'Halted' });
    world.putVm('paused', {}, { annotations: { 'vmfabric.io/paused': 'true' } });
    const decisions = replay(snapshotOf((await dumpOf(world)).objects));
    expect(decisions.map(({ vm, choice }) => [vm.metadata.name, choice?.kind])).toEqual([
      ['vip', 'host'],
      ['large', 'host'],
      ['small', 'none'],
    ]);
  });

  it('keeps what nobody should hand on to itself', async () => {
    const world = await World.withHosts(1);
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'secret' };
    world.putVm('a', { kernel: { name: 'small', commandLine: 'password=secret' } }, { annotations });
    await world.run(10_000);
    const text = JSON.stringify(await dumpOf(world));
    expect(text).not.toContain('secret');
    expect(text).not.toContain('10.77.0.10');
    expect(text).toContain('h1');
  });
});

describe('what is read as a dump', () => {
  const written = async () => JSON.parse(JSON.stringify(await dumpOf(await World.withHosts(1))));

  it.each([
    ['no JSON', () => '{', 'it is no JSON'],
    ['something else', () => '{"kind":"List"}', 'kind: '],
  ])('is not %s', (_, text, message) => {
    expect(() => parseDump(text())).toThrow(message);
  });

  it('is of a version that is known', async () => {
    const dump = { ...(await written()), version: 2 };
    expect(() => parseDump(JSON.stringify(dump))).toThrow('its version is not 1');
    expect(() => parseDump(JSON.stringify(dump))).toThrow(DumpError);
  });

  it('holds objects as the API has them, and says where not', async () => {
    const dump = await written();
    dump.objects.hosts[0].spec.address = 5;
    expect(() => parseDump(JSON.stringify(dump))).toThrow('objects.hosts.0.spec.address');
  });
});
