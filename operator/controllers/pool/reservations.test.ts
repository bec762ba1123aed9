import { describe, expect, it, vi } from 'vitest';
import { hostPools, virtualMachines } from '../../api/kinds.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

/** Hosts of 4 CPUs each that VMs may have, the first of as many as is said, and a reserve for one of them. */
const worldOf = (count: number, failureReserve: object | null = {}, first = 4) =>
  World.withCpus([first, ...Array<number>(count - 1).fill(4)], failureReserve ? { failureReserve } : {});

const putVms = async (world: World, cores: number, ...names: string[]) => {
  for (const name of names) {
    world.putVm(name, { cpu: { cores } });
    await world.run(5000);
  }
};
const labels = { app: 'db' };
const prefers = (name: string) => ({
  preferred: [{ hostSelector: { matchLabels: { 'kubernetes.io/hostname': name } }, weight: 100 }],
});
const pinnedTo = (name: string) => ({
  vmSelector: { matchLabels: labels },
  hostAffinity: [{ hostSelector: { matchLabels: { 'kubernetes.io/hostname': name } } }],
});
const kept = (world: World) => findCondition(world.pool() ?? {}, 'ReserveKept');
const scheduled = (world: World, name: string) => findCondition(world.vm(name), 'Scheduled');

describe('a pool with a failure reserve', () => {
  it('tells how many failures it can take, and what it keeps free', async () => {
    const world = await worldOf(2);
    await putVms(world, 3, 'a');
    expect(kept(world)).toMatchObject({ status: 'True', reason: 'ReserveComplete' });
    expect(world.pool()?.status).toMatchObject({
      headroom: 1,
      summary: { headroom: expect.stringMatching(/^1\/1 failures, /) },
      resources: [
        { name: 'cpu', reserved: '3' },
        { name: 'memory', reserved: '1Gi' },
      ],
    });
  });

  it('places no VM that would leave one without a place, and says so; once there is room, it does', async () => {
    const world = await worldOf(2);
    await putVms(world, 3, 'a', 'b');
    expect(world.vm('b').status?.hostName).toBeUndefined();
    expect(scheduled(world, 'b')?.message).toMatch(
      /^No host that has room takes it: 1 would not leave the reserve for 1 failure of kubernetes.io\/hostname \(with it on h\d, no place is left for shop\/a, shop\/b\)\. HostPool default keeps 3 CPUs and 1Gi of memory free\. It would fit on h\d without spec.failureReserve/,
    );
    world.deleteVm('a');
    await world.run(60_000);
    expect(world.vm('b').status?.hostName).toBeDefined();
  });

  it('leaves VMs alone that it cannot keep a place for, and names them', async () => {
    const world = await worldOf(2, null);
    await putVms(world, 3, 'a', 'b');
    const hosts = ['a', 'b'].map((name) => world.vm(name).status?.hostName);
    world.editPool((pool) => {
      pool.spec.failureReserve = { failures: 1, topologyKey: 'kubernetes.io/hostname' };
    });
    await world.run(10_000);
    expect(kept(world)).toMatchObject({ status: 'False', reason: 'ReserveShort' });
    expect(kept(world)?.message).toMatch(
      /^After 1 failure of kubernetes.io\/hostname shop\/a, shop\/b have no place: .*6 CPUs and 2Gi of memory/,
    );
    expect(world.pool()?.status?.headroom).toBe(0);
    expect(['a', 'b'].map((name) => world.vm(name).status?.hostName)).toEqual(hosts);
  });

  it('says when its topologyKey is on no host, or when as many domains may fail as there are', async () => {
    const world = await worldOf(2, { topologyKey: 'rak' });
    expect(kept(world)?.message).toMatch(/No host has the label rak, so each is counted as failing alone\.$/);
    world.editPool((pool) => {
      pool.spec.failureReserve = { failures: 2, topologyKey: 'kubernetes.io/hostname' };
    });
    await putVms(world, 1, 'a');
    expect(kept(world)?.message).toMatch(
      /By kubernetes\.io\/hostname the hosts are only 2 failure domains: as many failures leave none\.$/,
    );
    world.editPool((pool) => {
      pool.spec.failureReserve = { failures: 1, topologyKey: 'kubernetes.io/hostname' };
    });
    await world.run(5000);
    expect(kept(world)?.message).toMatch(/kept free for it\.$/);
  });

  it('tells soon what a policy changes in it', async () => {
    const world = await worldOf(2);
    world.putVm('a', { cpu: { cores: 3 } }, { labels });
    await world.run(60_000);
    expect(kept(world)).toMatchObject({ status: 'True' });
    world.putPolicy('pinned', pinnedTo(world.vm('a').status?.hostName ?? ''));
    await world.run(3000);
    expect(kept(world)).toMatchObject({ status: 'False', reason: 'ReserveShort' });
  });

  it('tells soon what a VM changes in it that may go elsewhere no more', async () => {
    const world = await worldOf(2);
    await putVms(world, 3, 'a');
    await world.run(60_000);
    expect(kept(world)).toMatchObject({ status: 'True' });
    world.editVm('a', (vm) => {
      vm.spec.placement.hostSelector = {
        matchLabels: { 'kubernetes.io/hostname': vm.status?.hostName ?? '' },
      };
    });
    await world.run(3000);
    expect(kept(world)).toMatchObject({ status: 'False', reason: 'ReserveShort' });
  });

  it('lets others come soon when no place is kept for a VM any more', async () => {
    const world = await worldOf(2, {}, 6);
    world.putVm('a', { cpu: { cores: 3 }, placement: { hostAffinity: prefers('h1') } });
    await world.run(5000);
    world.putVm('b', { cpu: { cores: 2 } });
    await world.run(60_000);
    expect(['a', 'b'].map((name) => world.vm(name).status?.hostName)).toEqual(['h1', undefined]);
    world.editVm('a', (vm) => {
      vm.spec.placement.hostSelector = { matchLabels: { 'kubernetes.io/hostname': 'h1' } };
    });
    await world.run(3000);
    expect(world.vm('b').status?.hostName).toBe('h2');
  });

  it('lets VMs of other namespaces come soon when a policy makes room beside it', async () => {
    const world = await worldOf(2, {}, 6);
    world.putVm('a', { cpu: { cores: 3 }, placement: { hostAffinity: prefers('h1') } }, { labels });
    await world.run(5000);
    const other = { namespace: 'other', name: 'w' };
    world.putVm('w', { cpu: { cores: 2 } }, other);
    await world.run(60_000);
    const host = () => world.cluster.peek(virtualMachines, other)?.status?.hostName;
    expect([world.vm('a').status?.hostName, host()]).toEqual(['h1', undefined]);
    world.putPolicy('pinned', pinnedTo('h1'));
    await world.run(3000);
    expect(host()).toBe('h2');
  });

  it('says nothing of a reserve that nobody asks for, and fills its hosts', async () => {
    const world = await worldOf(2, null);
    await putVms(world, 4, 'a', 'b');
    expect(world.vm('b').status?.hostName).toBeDefined();
    expect(kept(world)).toBeUndefined();
    expect(world.pool()?.status?.headroom).toBeUndefined();
  });

  it('is kept while hosts are not connected yet, also for VMs that ask for what only some hosts have', async () => {
    const world = await worldOf(2);
    world.putVm('a', { cpu: { cores: 3, model: 'EPYC' }, machineType: 'q35' });
    await world.run(60_000);
    expect(kept(world)).toMatchObject({ status: 'True' });
    await world.stopOperator();
    for (const host of world.hypervisor.hosts) host.cutOff();
    await world.startOperator();
    await world.run(3000);
    world.editPool((pool) => {
      pool.spec.strategy = 'Pack';
    });
    await world.run(3000);
    expect(kept(world)).toMatchObject({ status: 'True' });
  });

  it('writes nothing more once it is quiet, and the same after another operator begins', async () => {
    const world = await worldOf(3);
    await putVms(world, 2, 'a', 'b', 'c');
    const before = world.cluster.objects(hostPools)[0];
    await world.run(120_000);
    await world.restartOperator();
    await world.run(120_000);
    expect(world.cluster.objects(hostPools)[0]).toEqual(before);
  });
});

it('nobody is asked anew for what a policy tells in its status', async () => {
  const world = await worldOf(2);
  world.putPolicy('rule', pinnedTo('h1'));
  await world.run(5000);
  const seePolicy = vi.spyOn(world.operator.pools.reservations, 'seePolicy');
  world.putVm('a', { cpu: { cores: 1 } }, { labels });
  await world.run(5000);
  expect(world.policy('rule')?.status?.selected).toBe(1);
  expect(seePolicy).not.toHaveBeenCalled();
});
