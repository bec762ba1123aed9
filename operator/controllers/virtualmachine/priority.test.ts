import { describe, expect, it } from 'vitest';
import { placementPolicies } from '../../api/kinds.ts';
import { World } from '../../testing/world.ts';

/** A host of the fakes has 63 GiB for VMs. */
const large = { memory: { size: '60Gi' } };
const important = (priority: number) => ({ ...large, placement: { priority } });

/** One host, which `full` has to itself. */
async function fullWorld(): Promise<World> {
  const world = await World.withHosts(1);
  world.putVm('full', large);
  await world.run(5000);
  return world;
}

const placed = (world: World, ...names: string[]) => names.filter((name) => world.vm(name).status?.hostName);

describe('when room comes back it is for', () => {
  it('the most important of those who wait, whoever came first', async () => {
    const world = await fullWorld();
    world.putVm('low', large);
    world.putVm('high', important(10));
    world.putVm('mid', important(5));
    await world.run(5000);
    world.deleteVm('full');
    await world.run(10_000);
    expect(placed(world, 'low', 'mid', 'high')).toEqual(['high']);
    expect(world.condition('high', 'Ready')).toBe('True Running');
    world.deleteVm('high');
    await world.run(10_000);
    expect(placed(world, 'low', 'mid')).toEqual(['mid']);
  });

  it('the one whose policy says so by then', async () => {
    const world = await fullWorld();
    world.putPolicy('first', { vmSelector: { matchLabels: { app: 'a' } }, priority: 10 });
    for (const name of ['a', 'b']) world.putVm(name, large, { labels: { app: name } });
    await world.run(5000);
    world.cluster.edit(placementPolicies, { namespace: 'shop', name: 'first' }, (policy) => {
      policy.spec.vmSelector = { matchLabels: { app: 'b' } };
    });
    await world.run(5000);
    world.deleteVm('full');
    await world.run(10_000);
    expect(placed(world, 'a', 'b')).toEqual(['b']);
  });

  it('the largest of those that are as important', async () => {
    const world = await fullWorld();
    for (const name of ['a', 'b']) world.putVm(name, { memory: { size: '20Gi' } });
    world.putVm('z', { memory: { size: '40Gi' } });
    await world.run(5000);
    world.deleteVm('full');
    await world.run(10_000);
    expect(placed(world, 'a', 'b', 'z')).toHaveLength(2);
    expect(placed(world, 'z')).toEqual(['z']);
  });

  it('one that waits before one that has just come and is less important', async () => {
    const world = await fullWorld();
    world.putVm('high', important(1));
    await world.run(5000);
    world.deleteVm('full');
    while (world.findVm('full')) await world.run(1);
    world.putVm('new', large);
    await world.run(10_000);
    expect(placed(world, 'new', 'high')).toEqual(['high']);
  });

  it('those in the order in which they were found waiting at a start', async () => {
    const world = await fullWorld();
    world.putVm('a', large);
    world.putVm('b', important(1));
    await world.run(5000);
    await world.stopOperator();
    world.deleteVm('full');
    await world.startOperator();
    await world.run(20_000);
    expect(placed(world, 'a', 'b')).toEqual(['b']);
  });
});

describe('how important a VM is', () => {
  it('says itself, else the most important policy that selects it', async () => {
    const world = await fullWorld();
    const app = (name: string) => ({ labels: { app: name } });
    world.putPolicy('some', { vmSelector: { matchLabels: { app: 'some' } }, priority: 50 });
    world.putPolicy('all', { vmSelector: {}, priority: -5 });
    world.putVm('own', important(40), app('some'));
    world.putVm('by-policy', large, app('some'));
    world.putVm('none', large, app('other'));
    await world.run(5000);
    for (const [out, next] of [
      ['full', 'by-policy'],
      ['by-policy', 'own'],
      ['own', 'none'],
    ] as const) {
      world.deleteVm(out);
      await world.run(10_000);
      expect(placed(world, next)).toEqual([next]);
    }
  });

  it('follows its policy for those who wait', async () => {
    const world = await fullWorld();
    world.putVm('a', large, { labels: { app: 'a' } });
    world.putVm('b', important(1));
    await world.run(5000);
    world.putPolicy('a', { vmSelector: { matchLabels: { app: 'a' } }, priority: 2 });
    await world.run(5000);
    world.deleteVm('full');
    await world.run(10_000);
    expect(placed(world, 'a', 'b')).toEqual(['a']);
  });
});
