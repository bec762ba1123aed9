import { describe, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

const app = (name: string) => ({ matchLabels: { app: name } });
const near = (own: string, other: string) => ({
  vmSelector: app(own),
  vmAffinity: [{ topologyKey: 'kubernetes.io/hostname', vmSelector: app(other) }],
});
const labels = (name: string) => ({ labels: { app: name } });
const conflict = (world: World, name: string) => findCondition(world.policy(name) ?? {}, 'Conflict');

async function worldWith(policies: Record<string, object>): Promise<World> {
  const world = await World.withHosts(2);
  for (const [name, spec] of Object.entries(policies)) world.putPolicy(name, spec);
  return world;
}

describe('VMs that are each to be beside the other, none of which has a host', () => {
  it('say so with their policies, and others go on', async () => {
    const world = await worldWith({ one: near('web', 'db'), two: near('db', 'web') });
    world.putVm('web-1', {}, labels('web'));
    await world.run(10_000);
    expect(world.condition('web-1', 'Scheduled')).toBe('False Unschedulable');
    expect(conflict(world, 'one')?.reason).toBe('NoConflict');
    world.putVm('db-1', {}, labels('db'));
    world.putVm('other');
    await world.run(10_000);
    for (const name of ['web-1', 'db-1']) {
      expect(world.condition(name, 'Scheduled')).toBe('False PolicyConflict');
      expect(world.condition(name, 'Stalled')).toBe('True PolicyConflict');
    }
    expect(world.message('web-1', 'Scheduled')).toBe(
      'Nobody can be first: by vmAffinity of one and two VMs wait to be with each other, and no one of them may go first. Let one policy select them all and keep them together: then the first goes anywhere.',
    );
    for (const name of ['one', 'two'])
      expect(conflict(world, name)).toMatchObject({ status: 'True', reason: 'PolicyConflict' });
    expect(conflict(world, 'two')?.message).toMatch(/^For VMs as shop\/db-1: nobody can be first, /);
    expect(world.condition('other', 'Ready')).toBe('True Running');
  });

  it('are placed once they are kept together as the message says', async () => {
    const world = await worldWith({ one: near('web', 'db'), two: near('db', 'web') });
    for (const name of ['web', 'db']) world.putVm(`${name}-1`, {}, labels(name));
    await world.run(10_000);
    const both = { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] };
    world.putPolicy('one', { vmSelector: both, vmAffinity: [{ topologyKey: 'kubernetes.io/hostname' }] });
    world.putPolicy('two', { vmSelector: app('db') });
    await world.run(10_000);
    for (const name of ['web-1', 'db-1']) expect(world.condition(name, 'Ready')).toBe('True Running');
    expect(world.runsOn('web-1')).toEqual(world.runsOn('db-1'));
    expect(conflict(world, 'one')?.reason).toBe('NoConflict');
  });

  it('are no conflict while one of them has a host', async () => {
    const world = await worldWith({});
    world.putVm('web-1', {}, labels('web'));
    await world.run(10_000);
    world.putPolicy('one', near('web', 'db'));
    world.putPolicy('two', near('db', 'web'));
    await world.run(1000);
    world.putVm('db-1', {}, labels('db'));
    await world.run(10_000);
    expect(world.condition('db-1', 'Ready')).toBe('True Running');
    expect(world.runsOn('db-1')).toEqual(world.runsOn('web-1'));
    for (const name of ['one', 'two']) expect(conflict(world, name)?.reason).toBe('NoConflict');
  });
});

it('of VMs that one policy wants together the first goes anywhere, and one after the other beside it', async () => {
  const world = await worldWith({ one: near('web', 'web'), two: near('db', 'web') });
  world.putVm('db-1', {}, labels('db'));
  await world.run(5000);
  expect(world.condition('db-1', 'Scheduled')).toBe('False Unschedulable');
  for (const name of ['web-1', 'web-2']) world.putVm(name, {}, labels('web'));
  await world.run(10_000);
  expect(new Set(['web-1', 'web-2', 'db-1'].flatMap((name) => world.runsOn(name))).size).toBe(1);
  expect(world.runsOn('db-1')).toHaveLength(1);
});
