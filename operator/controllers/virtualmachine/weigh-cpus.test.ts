import { describe, expect, it } from 'vitest';
import { virtualMachines } from '../../api/kinds.ts';
import { domainUuidOf } from '../../domain/identity.ts';
import { readDomain } from '../../domain/read.ts';
import { World } from '../../testing/world.ts';

const gold = { name: 'gold', namespaces: ['bank'], weight: 300 };
const tin = { name: 'tin', namespaces: ['shop'] };

/** Hosts h1 … and a pool with these shares. */
async function worldOf(count: number, ...shares: object[]): Promise<World> {
  const world = await World.withHosts(count);
  setShares(world, ...shares);
  await world.run(5000);
  return world;
}

function setShares(world: World, ...shares: object[]): void {
  world.editPool((pool) => {
    pool.spec.shares = shares.map((share) => ({ namespaces: [], ...share })) as unknown as NonNullable<
      typeof pool.spec.shares
    >;
  });
}

async function put(world: World, key: string, cores = 1): Promise<void> {
  const [namespace, name = ''] = key.split('/');
  world.putVm(name, { cpu: { cores } }, { namespace });
  await world.run(10_000);
}

/** What VMs run with, by key; undefined for none of their own. */
function weights(world: World): Record<string, number | undefined> {
  const all = world.cluster.objects(virtualMachines).map((vm) => {
    const host = world.hypervisor.host(vm.status?.hostName ?? 'none');
    const live = host.domains.get(domainUuidOf(vm))?.liveXml;
    return [`${vm.metadata.namespace}/${vm.metadata.name}`, live ? readDomain(live).cpuWeight : undefined];
  });
  return Object.fromEntries(all);
}
const weighed = (world: World) => world.hypervisor.changes.filter(({ call }) => call === 'setCpuWeight');

describe('a host of a pool whose shares have weights', () => {
  it('divides its CPUs by them, anew when VMs come and go', async () => {
    const world = await worldOf(1, gold, tin);
    await put(world, 'bank/a');
    expect(weights(world)).toEqual({ 'bank/a': 100 });
    await put(world, 'shop/b', 2);
    await put(world, 'shop/c', 2);
    expect(weights(world)).toEqual({ 'bank/a': 225, 'shop/b': 38, 'shop/c': 38 });
    world.deleteVm('c');
    await world.run(120_000);
    expect(weights(world)).toEqual({ 'bank/a': 150, 'shop/b': 50 });
  });

  it('follows a change of the weights, and has the usual ones once there are none', async () => {
    const world = await worldOf(1, gold, tin);
    await put(world, 'bank/a');
    await put(world, 'shop/b');
    expect(weights(world)).toEqual({ 'bank/a': 150, 'shop/b': 50 });
    setShares(world, { ...gold, weight: 100 }, tin);
    await world.run(10_000);
    expect(weights(world)).toEqual({ 'bank/a': 100, 'shop/b': 100 });
    setShares(world, gold, { ...tin, weight: 900 });
    await world.run(10_000);
    setShares(world);
    await world.run(10_000);
    expect(weights(world)).toEqual({ 'bank/a': 100, 'shop/b': 100 });
    world.forgetCalls();
    await world.run(3_600_000);
    expect(weighed(world)).toEqual([]);
  });

  it('sets them again after each start, and nothing while nothing changes, nor for another operator', async () => {
    const world = await worldOf(1, gold, tin);
    await put(world, 'bank/a');
    await put(world, 'shop/b');
    world.forgetCalls();
    await world.run(3_600_000);
    await world.restartOperator();
    await world.run(60_000);
    expect(weighed(world)).toEqual([]);
    world.hostOf('b').outside.destroy(world.uuid('b'));
    await world.run(60_000);
    expect(weights(world)).toEqual({ 'bank/a': 150, 'shop/b': 50 });
  });

  it('sets right what is set from outside', async () => {
    const world = await worldOf(1, gold, tin);
    await put(world, 'shop/b');
    world.hostOf('b').domains.get(world.uuid('b'))?.weigh(7);
    world.editVm('b', ({ metadata }) => {
      metadata.labels = { touched: 'yes' };
    });
    await world.run(10_000);
    expect(weights(world)).toEqual({ 'shop/b': 100 });
  });

  it('leaves VMs that are within a tenth of it', async () => {
    const world = await worldOf(1, { ...gold, weight: 100 }, tin);
    for (let index = 0; index < 20; index++) world.putVm(`s-${index}`, {}, { namespace: 'shop' });
    for (let index = 0; index < 20; index++) world.putVm(`b-${index}`, {}, { namespace: 'bank' });
    await world.run(60_000);
    const before = weights(world);
    world.forgetCalls();
    await put(world, 'shop/one-more');
    expect(weighed(world).length).toBe(1);
    expect(weights(world)).toMatchObject(before);
  });
});

describe('a host that cannot divide its CPUs', () => {
  it('runs its VMs all the same, and says so once', async () => {
    const world = await worldOf(1, gold, tin);
    world.hypervisor.host('h1').dividesCpus = false;
    await put(world, 'shop/a');
    await put(world, 'shop/b');
    expect([world.condition('a', 'Ready'), world.condition('b', 'Ready')]).toEqual([
      ...['True Running', 'True Running'],
    ]);
    expect(
      world
        .events('a')
        .concat(world.events('b'))
        .filter((one) => one === 'CpuWeightsUnsupported'),
    ).toEqual(['CpuWeightsUnsupported']);
    world.forgetCalls();
    await world.run(3_600_000);
    expect(weighed(world)).toEqual([]);
  });

  it('is tried again once it is connected anew', async () => {
    const world = await worldOf(1, gold, tin);
    world.hypervisor.host('h1').dividesCpus = false;
    await put(world, 'shop/a');
    world.hypervisor.host('h1').dividesCpus = true;
    world.hypervisor.host('h1').dropConnections();
    await world.run(60_000);
    expect(weights(world)).toEqual({ 'shop/a': 100 });
  });
});

it('without weights a guest has the usual one, whatever is set from outside, or what its definition says', async () => {
  const world = await worldOf(1, tin);
  await put(world, 'shop/a');
  const domain = world.hostOf('a').domains.get(world.uuid('a'));
  const look = async (weight: number) => {
    domain?.weigh(weight);
    world.editVm('a', ({ metadata }) => {
      metadata.labels = { touched: `${weight}` };
    });
    await world.run(10_000);
    return weights(world)['shop/a'];
  };
  expect(await look(7)).toBe(100);
  world
    .hostOf('a')
    .outside.edit(world.uuid('a'), (xml) =>
      xml.replace('</domain>', '<cputune><shares>200</shares></cputune></domain>'),
    );
  expect(await look(7)).toBe(200);
});

it('without weights no host is told anything', async () => {
  const world = await worldOf(1, { ...gold, weight: undefined }, { ...tin, limit: { cpuCores: 8 } });
  await put(world, 'bank/a');
  await put(world, 'shop/b');
  expect(weighed(world)).toEqual([]);
  expect(weights(world)).toEqual({ 'bank/a': undefined, 'shop/b': undefined });
});
