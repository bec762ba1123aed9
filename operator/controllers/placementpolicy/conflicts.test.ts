import { describe, expect, it } from 'vitest';
import { placementPolicies } from '../../api/kinds.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

const db = { vmSelector: { matchLabels: { app: 'db' } } };
const labels = { labels: { app: 'db' } };
const on = (disk: string) => ({ ...db, hostAffinity: [{ hostSelector: { matchLabels: { disk } } }] });
const hostname = [{ topologyKey: 'kubernetes.io/hostname' }];

function condition(world: World, name: string, type: string): string {
  const found = findCondition(world.policy(name) ?? {}, type);
  return `${found?.status} ${found?.reason}`;
}

describe('policies that contradict each other', () => {
  it('say so, and so does the VM that has no place by them; other VMs go on', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('one', on('ssd'));
    world.putPolicy('two', on('hdd'));
    world.putVm('a', {}, labels);
    world.putVm('b');
    await world.run(10_000);
    for (const name of ['one', 'two']) {
      expect(condition(world, name, 'Conflict')).toBe('True PolicyConflict');
      expect(condition(world, name, 'Stalled')).toBe('True PolicyConflict');
      expect(condition(world, name, 'Ready')).toBe('False PolicyConflict');
    }
    expect(findCondition(world.policy('one') ?? {}, 'Conflict')?.message).toBe(
      'With policy two, for VMs as shop/a: no host can have the label disk as hostAffinity asks.',
    );
    expect(world.condition('a', 'Scheduled')).toBe('False PolicyConflict');
    expect(world.condition('a', 'Stalled')).toBe('True PolicyConflict');
    expect(world.message('a', 'Scheduled')).toBe(
      'Policies one and two contradict each other: no host can have the label disk as hostAffinity asks. Change a policy, or the labels by which it selects the VM.',
    );
    expect(world.condition('b', 'Ready')).toBe('True Running');
  });

  it('do so no more once one of them is changed', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('one', { ...db, vmAffinity: hostname });
    world.putPolicy('two', { ...db, vmAntiAffinity: hostname });
    for (const name of ['a', 'b']) world.putVm(name, {}, labels);
    await world.run(10_000);
    const waiting = ['a', 'b'].find((name) => !world.vm(name).status?.hostName) ?? '';
    expect(world.condition(waiting, 'Scheduled')).toBe('False PolicyConflict');
    world.putPolicy('two', db);
    await world.run(10_000);
    expect(world.condition(waiting, 'Ready')).toBe('True Running');
    expect(condition(world, 'one', 'Conflict')).toBe('False NoConflict');
    expect(condition(world, 'one', 'Ready')).toBe('True Satisfied');
  });

  it('about gangs leave the VM where it is not placed yet', async () => {
    const world = await World.withHosts(1);
    for (const name of ['one', 'two']) world.putPolicy(name, { ...db, gang: { minMembers: 2 } });
    for (const name of ['a', 'b']) world.putVm(name, {}, labels);
    await world.run(10_000);
    expect(world.message('a', 'Scheduled')).toContain(
      'one and two contradict each other: a VM can be of one gang only',
    );
    expect(world.vm('a').status?.hostName).toBeUndefined();
  });

  it('about strategies alone hinder nobody', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('one', { ...db, strategy: 'Pack' });
    world.putPolicy('two', { ...db, strategy: 'Spread' });
    world.putVm('a', {}, labels);
    await world.run(10_000);
    expect(condition(world, 'two', 'Conflict')).toBe('True StrategiesDiffer');
    expect(condition(world, 'two', 'Ready')).toBe('True Satisfied');
    expect(world.condition('a', 'Ready')).toBe('True Running');
  });

  it('matter only to VMs that both select', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('one', on('ssd'));
    world.putPolicy('two', { ...on('hdd'), vmSelector: { matchLabels: { app: 'web' } } });
    world.putVm('a', {}, labels);
    await world.run(10_000);
    expect(condition(world, 'one', 'Conflict')).toBe('False NoConflict');
    expect(world.condition('a', 'Scheduled')).toBe('False Unschedulable');
  });
});

it('a VM that contradicts its policy by its own selector says so', async () => {
  const world = await World.withHosts(1);
  world.putPolicy('one', on('ssd'));
  world.putVm('a', { placement: { hostSelector: { matchLabels: { disk: 'hdd' } } } }, labels);
  await world.run(10_000);
  expect(world.condition('a', 'Stalled')).toBe('True PolicyConflict');
  expect(world.message('a', 'Scheduled')).toMatch(/no host can have the label disk as both ask/);
});

describe('more different rules than a decision has the time for', () => {
  const awayFrom = (index: number) => ({
    ...db,
    vmAntiAffinity: [{ topologyKey: 'zone', vmSelector: { matchLabels: { app: `other-${index}` } } }],
  });

  it('are told of by the policies and the VM, which is placed by all of them', async () => {
    const world = await World.withHosts(1);
    world.editPool(({ spec }) => {
      for (const host of spec.staticHosts ?? []) host.labels = { zone: 'a' };
    });
    for (let index = 0; index < 32; index++) world.putPolicy(`p${index}`, awayFrom(index));
    world.putVm('a', {}, labels);
    await world.run(10_000);
    expect(world.condition('a', 'Scheduled')).toBe('True Placed');
    expect(condition(world, 'p7', 'Conflict')).toBe('False NoConflict');
    world.putPolicy('p32', awayFrom(32));
    world.putVm('b', {}, labels);
    await world.run(10_000);
    expect(world.condition('b', 'Scheduled')).toBe('True ManyRules');
    expect(world.message('b', 'Scheduled')).toMatch(
      /^Placed on host h1\. 33 different rules .* more than 32 /,
    );
    expect(condition(world, 'p7', 'Conflict')).toBe('True ManyRules');
    expect(condition(world, 'p7', 'Ready')).toBe('True Satisfied');
    expect(world.condition('a', 'Scheduled')).toBe('True ManyRules');
    world.putVm('c', {}, { labels: { app: 'other-32' } });
    await world.run(10_000);
    expect(world.condition('c', 'Scheduled')).toBe('False Unschedulable');
    world.cluster.remove(placementPolicies, { namespace: 'shop', name: 'p7' });
    await world.run(10_000);
    for (const name of ['a', 'b']) expect(world.condition(name, 'Scheduled')).toBe('True Placed');
  });

  it('are few when they say the same', async () => {
    const world = await World.withHosts(1);
    for (let index = 0; index < 70; index++)
      world.putPolicy(`p${index}`, { ...awayFrom(1), priority: index });
    world.putVm('a', {}, labels);
    await world.run(10_000);
    expect(condition(world, 'p7', 'Conflict')).toBe('False NoConflict');
  });
});
