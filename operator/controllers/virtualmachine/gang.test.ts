import { describe, expect, it } from 'vitest';
import { placementPolicies, virtualMachines } from '../../api/kinds.ts';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';

const labels = { labels: { job: 'sum' } };
const gang = (minMembers: number, rules: object = {}) => ({
  vmSelector: { matchLabels: { job: 'sum' } },
  gang: { minMembers },
  ...rules,
});
/** A host of the fakes has 63 GiB for VMs: two of these fit. */
const half = { memory: { size: '30Gi' } };
const all = ['a', 'b', 'c'];

const bound = (world: World, names = all) => names.filter((name) => world.findVm(name)?.status?.hostName);
const running = (world: World, names = all) =>
  names.filter((name) => world.findVm(name) && world.runsOn(name).length === 1);

describe('a gang', () => {
  it('waits until enough of it are there, and says for how many; then all start', async () => {
    const world = await World.withHosts(2);
    world.putPolicy('sum', gang(3));
    for (const name of ['a', 'b']) world.putVm(name, half, labels);
    await world.run(10_000);
    expect(bound(world)).toEqual([]);
    expect(world.condition('a', 'Scheduled')).toBe('False GangIncomplete');
    expect(world.message('a', 'Scheduled')).toBe(
      'Policy sum places its VMs as a gang of at least 3; 2 of them can be placed now, so it waits for 1 more.',
    );
    world.putVm('c', half, labels);
    await world.run(10_000);
    expect(running(world)).toEqual(all);
    for (const name of all) expect(world.condition(name, 'Ready')).toBe('True Running');
  });

  it('that does not fit as a whole takes no room, and says whom there is none for; it starts when there is room', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('sum', gang(3));
    for (const name of all) world.putVm(name, half, labels);
    await world.run(10_000);
    expect(bound(world)).toEqual([]);
    expect(world.condition('a', 'Ready')).toBe('False GangUnschedulable');
    expect(world.message('a', 'Scheduled')).toMatch(
      /^The gang of policy sum does not fit as a whole.* shop\/c finds no host: 0 of 1 host fits: 1 lacks memory .* It would fit with 27Gi of memory more free on h1\.$/,
    );
    world.putVm('other', { memory: { size: '60Gi' } });
    await world.run(10_000);
    expect(world.runsOn('other')).toEqual(['h1']);
    world.hypervisor.addHost('h2');
    world.hypervisor.addHost('h3');
    const names = ['h1', 'h2', 'h3'];
    world.putPool({ staticHosts: names.map((name) => ({ name, address: name })) });
    await world.run(20_000);
    expect(running(world)).toEqual(all);
  });

  it('keeps the rules among its members from the start', async () => {
    const world = await World.withHosts(3);
    world.putPolicy('sum', gang(3, { vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }] }));
    for (const name of all) world.putVm(name, {}, labels);
    await world.run(10_000);
    expect(new Set(all.flatMap((name) => world.runsOn(name))).size).toBe(3);
  });

  it('may have members in several pools, and waits for room in each of them', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('sum', gang(3));
    const other = { ...half, placement: { hostPoolRef: { name: 'other' } } };
    world.hypervisor.addHost('x1');
    world.putPool({ staticHosts: [{ name: 'x1', address: 'x1' }] }, 'other');
    world.putVm('full', { ...other, memory: { size: '60Gi' } });
    await world.run(5000);
    for (const name of ['a', 'b']) world.putVm(name, half, labels);
    world.putVm('c', other, labels);
    await world.run(10_000);
    expect(bound(world)).toEqual([]);
    world.deleteVm('full');
    await world.run(10_000);
    expect(running(world)).toEqual(all);
    expect(world.runsOn('c')).toEqual(['x1']);
  });

  it('that stands takes a member that is made later as any VM, and one in the place of a deleted one', async () => {
    const world = await World.withHosts(2);
    world.putPolicy('sum', gang(3));
    for (const name of all) world.putVm(name, half, labels);
    await world.run(10_000);
    world.putVm('d', half, labels);
    await world.run(10_000);
    expect(running(world, ['d'])).toEqual(['d']);
    for (const name of ['c', 'd']) world.deleteVm(name);
    await world.run(10_000);
    expect(running(world)).toEqual(['a', 'b']);
    world.putVm('e', half, labels);
    await world.run(10_000);
    expect(running(world, ['a', 'b', 'e'])).toEqual(['a', 'b', 'e']);
  });

  it('of more members than it needs begins with the most important', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('sum', gang(2));
    const of = (priority: number) => ({ ...half, placement: { priority } });
    world.putVm('other', { memory: { size: '60Gi' } });
    await world.run(5000);
    for (const [index, name] of all.entries()) world.putVm(name, of(index), labels);
    await world.run(5000);
    world.deleteVm('other');
    await world.run(10_000);
    expect(bound(world)).toEqual(['b', 'c']);
    expect(world.condition('a', 'Scheduled')).toBe('False Unschedulable');
  });

  it('comes without one that fits nowhere, if enough others do, and says why while they do not', async () => {
    const world = await World.withHosts(2);
    world.putPolicy('sum', gang(2));
    const unknown = { ...half, machineType: 'unknown', placement: { priority: 10 } };
    world.putVm('a', unknown, labels);
    world.putVm('b', half, labels);
    await world.run(10_000);
    expect(bound(world)).toEqual([]);
    expect(world.message('b', 'Scheduled')).toMatch(
      /Beside the others shop\/a finds no host: .* It would fit without machine type unknown\.$/,
    );
    world.putVm('c', half, labels);
    await world.run(10_000);
    expect(running(world)).toEqual(['b', 'c']);
    expect(world.condition('a', 'Scheduled')).toBe('False Unschedulable');
  });

  it('does not count on one that is of another gang as well', async () => {
    const world = await World.withHosts(2);
    world.putPolicy('sum', gang(2));
    world.putPolicy('other', { vmSelector: { matchLabels: { also: 'this' } }, gang: { minMembers: 2 } });
    world.putVm('a', half, { labels: { job: 'sum', also: 'this' } });
    world.putVm('b', half, labels);
    await world.run(10_000);
    expect(world.condition('a', 'Scheduled')).toBe('False PolicyConflict');
    expect(world.condition('b', 'Scheduled')).toBe('False GangIncomplete');
    world.putVm('c', half, labels);
    await world.run(10_000);
    expect(running(world)).toEqual(['b', 'c']);
  });

  it('goes to other hosts than the best where it would take room that is kept for failures', async () => {
    const world = await World.withCpus([32, 16, 16, 16], { failureReserve: {} });
    const among = (...values: string[]) => ({
      matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In' as const, values }],
    });
    for (const [name, cores, host, other] of [
      ['first', 8, 'h3', 'h4'],
      ['second', 8, 'h4', 'h3'],
      ['kept', 16, 'h1', 'h2'],
    ] as const) {
      const preferred = [{ hostSelector: among(host), weight: 100 }];
      const hostAffinity = { required: [among(host, other)], preferred };
      world.putVm(name, { cpu: { cores }, placement: { hostAffinity } });
      await world.run(10_000);
      expect(world.vm(name).status?.hostName).toBe(host);
    }
    world.putPolicy('sum', gang(2));
    for (const name of ['a', 'b']) world.putVm(name, { cpu: { cores: 8 } }, labels);
    await world.run(10_000);
    expect(running(world, ['a', 'b'])).toEqual(['a', 'b']);
    expect(findCondition(world.pool() ?? {}, 'ReserveKept')?.status).toBe('True');
  });

  it('lets its members go their own ways once its policy is gone', async () => {
    const world = await World.withHosts(1);
    world.putPolicy('sum', gang(3));
    world.putVm('a', half, labels);
    await world.run(5000);
    world.cluster.remove(placementPolicies, { namespace: 'shop', name: 'sum' });
    await world.run(5000);
    expect(running(world)).toEqual(['a']);
  });
});

describe('a gang of which only some are bound, as when the operator died in the middle,', () => {
  /** Only the first binding arrives; what becomes of the others is up to `meanwhile`, while no operator is there. */
  async function afterCrash(hosts: number, meanwhile: (world: World) => void): Promise<World> {
    const world = await World.withHosts(hosts);
    await world.stopOperator();
    world.putPolicy('sum', gang(3));
    world.putVm('a', half, labels, { hostName: 'h1', placementGeneration: 1 });
    for (const name of ['b', 'c']) world.putVm(name, half, labels);
    meanwhile(world);
    await world.startOperator();
    await world.run(20_000);
    return world;
  }

  it('is completed where the rest fits', async () => {
    const world = await afterCrash(2, () => {});
    expect(running(world)).toEqual(all);
    expect(world.runsOn('a')).toEqual(['h1']);
    expect(world.vm('a').status?.placementGeneration).toBe(1);
  });

  it('gives its places back where the rest does not fit: nothing of it has started', async () => {
    const world = await afterCrash(1, () => {});
    expect(bound(world)).toEqual([]);
    expect(world.hypervisor.changes).toEqual([]);
    expect(world.condition('a', 'Scheduled')).toBe('False GangUnschedulable');
    world.hypervisor.addHost('h2');
    world.putPool({ staticHosts: ['h1', 'h2'].map((name) => ({ name, address: name })) });
    await world.run(20_000);
    expect(running(world)).toEqual(all);
    expect(world.vm('a').status?.placementGeneration).toBe(2);
  });

  it('gives its places back when a member is gone by then', async () => {
    const world = await afterCrash(2, ({ cluster }) => {
      cluster.remove(virtualMachines, { namespace: 'shop', name: 'c' });
    });
    expect(bound(world)).toEqual([]);
    expect(world.condition('a', 'Scheduled')).toBe('False GangIncomplete');
  });

  it('keeps a member that has its domain already, whatever its status says', async () => {
    const world = await World.withHosts(1);
    for (const name of ['a', 'b']) world.putVm(name, half, labels);
    await world.run(10_000);
    await world.stopOperator();
    world.putPolicy('sum', gang(3));
    world.editVm('a', ({ status }) => {
      delete status?.powerState;
    });
    world.forgetCalls();
    await world.startOperator();
    await world.run(20_000);
    expect(running(world)).toEqual(['a', 'b']);
    expect(world.hypervisor.changes).toEqual([]);
  });
});
