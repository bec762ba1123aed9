import { describe, expect, it } from 'vitest';
import type { LabelSelector } from '../../api/common.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

const db = { matchLabels: { app: 'db' } };
const labels = { labels: { app: 'db' } };
const apart = { vmSelector: db, vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }] };

function satisfied(world: World): string {
  const found = findCondition(world.policy('db') ?? {}, 'Satisfied');
  return found ? `${found.status} ${found.reason}` : 'absent';
}

describe('a policy', () => {
  it('keeps the VMs that it selects apart, and counts them', async () => {
    const world = await World.withHosts(3);
    world.putPolicy('db', apart);
    for (const name of ['a', 'b', 'c']) world.putVm(name, {}, labels);
    await world.run(20_000);
    expect(new Set(['a', 'b', 'c'].flatMap((name) => world.runsOn(name))).size).toBe(3);
    expect(world.policy('db')?.status).toMatchObject({ selected: 3, satisfied: 3 });
    expect(satisfied(world)).toBe('True Satisfied');
  });

  it('that one VM cannot keep says which one and why, and so does the VM', async () => {
    const world = await World.withHosts(2);
    world.putPolicy('db', apart);
    for (const name of ['a', 'b', 'c']) world.putVm(name, {}, labels);
    await world.run(20_000);
    const waiting = ['a', 'b', 'c'].find((name) => world.runsOn(name).length === 0) ?? '';
    expect(world.condition(waiting, 'Ready')).toBe('False Unschedulable');
    expect(world.message(waiting, 'Scheduled')).toMatch(/^0 of 2 hosts fit: 2 break anti-affinity/);
    expect(world.message(waiting, 'Scheduled')).toMatch(
      /It would fit without the vmAntiAffinity over kubernetes.io\/hostname of policy db\.$/,
    );
    expect(world.policy('db')?.status).toMatchObject({ selected: 3, satisfied: 2 });
    expect(satisfied(world)).toBe('False NotSatisfied');
    expect(findCondition(world.policy('db') ?? {}, 'Satisfied')?.message).toContain(
      `shop/${waiting}: 0 of 2 hosts fit`,
    );
  });

  it('tells of a VM that may no longer be where it is, for as long as that is so', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('db', apart);
    world.putVm('a', {}, labels);
    await world.run(20_000);
    const allow = (hostSelector: LabelSelector) =>
      world.editVm('a', (vm) => {
        vm.spec.placement.hostSelector = hostSelector;
      });
    allow({ matchLabels: { moon: 'yes' } });
    await world.run(5000);
    expect(findCondition(world.policy('db') ?? {}, 'Satisfied')?.message).toContain(
      'shop/a on h1: does not match spec.placement.hostSelector.',
    );
    allow({});
    await world.run(5000);
    expect(satisfied(world)).toBe('True Satisfied');
  });

  it('counts a VM no more once it is being deleted, however long that takes', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('db', apart);
    world.putVm('a', { terminationGracePeriodSeconds: 3600 }, labels);
    await world.run(20_000);
    world.hypervisor.host('h1').guest(world.uuid('a'), { shutdown: 'ignores' });
    world.deleteVm('a');
    await world.run(5000);
    expect(world.policy('db')?.status).toMatchObject({ selected: 0, satisfied: 0 });
    expect(satisfied(world)).toBe('Unknown NothingSelected');
  });

  it('quotes a VM that has no place as that speaks now', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('db', {
      vmSelector: db,
      hostAffinity: [{ hostSelector: { matchLabels: { moon: 'yes' } } }],
    });
    world.putVm('a', {}, labels);
    await world.run(20_000);
    world.putPolicy('db', { vmSelector: db, topologySpread: [{ topologyKey: 'rack' }] });
    await world.run(5000);
    expect(world.message('a', 'Scheduled')).toContain('1 lacks the label rack');
    expect(findCondition(world.policy('db') ?? {}, 'Satisfied')?.message).toContain('1 lacks the label rack');
  });

  it('that is removed lets VMs go that waited for it', async () => {
    const world = await World.withHosts(1);
    const { placementPolicies } = await import('../../api/kinds.ts');
    world.putPolicy('db', apart);
    for (const name of ['a', 'b']) world.putVm(name, {}, labels);
    await world.run(20_000);
    expect(world.runsOn('a').length + world.runsOn('b').length).toBe(1);
    world.cluster.remove(placementPolicies, { namespace: 'shop', name: 'db' });
    await world.run(10_000);
    expect(world.runsOn('a').length + world.runsOn('b').length).toBe(2);
  });

  it('that comes after VMs which break it moves nothing, and says so', async () => {
    const world = await World.withHosts(1);
    for (const name of ['a', 'b']) world.putVm(name, {}, labels);
    await world.run(20_000);
    world.putPolicy('db', apart);
    world.forgetCalls();
    await world.run(20_000);
    expect(world.hypervisor.changes).toEqual([]);
    expect(satisfied(world)).toBe('False NotSatisfied');
  });

  it('that selects nothing is ready and says so', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('db', apart);
    await world.run(5000);
    expect(satisfied(world)).toBe('Unknown NothingSelected');
    expect(findCondition(world.policy('db') ?? {}, 'Ready')?.status).toBe('True');
  });

  it('that nothing can satisfy delays no other VM', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('db', {
      vmSelector: db,
      hostAffinity: [{ hostSelector: { matchLabels: { moon: 'yes' } } }],
    });
    world.putVm('a', {}, labels);
    world.putVm('other');
    await world.run(5000);
    expect(world.condition('a', 'Ready')).toBe('False Unschedulable');
    expect(world.condition('other', 'Ready')).toBe('True Running');
  });
});
