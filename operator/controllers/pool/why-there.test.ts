import { describe, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';

const large = { memory: { size: '40Gi' } };
const web = { labels: { app: 'web' } };

const note = (world: World, name: string) => world.notes(name, 'Placed').at(-1) ?? '';

describe('the Event of a VM that gets its host', () => {
  it('says of how many hosts, and what decided', async () => {
    const world = await World.withHosts(3);
    world.putPolicy('apart', {
      vmSelector: { matchLabels: { app: 'web' } },
      vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }],
    });
    world.putVm('web-1', {}, web);
    await world.run(5000);
    world.putVm('other', large);
    await world.run(5000);
    world.putVm('web-2', {}, web);
    await world.run(5000);
    const host = world.vm('web-2').status?.hostName;
    expect(note(world, 'web-2')).toBe(
      `Placed on host ${host}. Best of 2 hosts that fit, of 3: apart from shop/web-1 by policy apart; emptier than most (2 % of its memory then).`,
    );
    expect(world.message('web-2', 'Scheduled')).toBe(`Placed on host ${host}.`);
  });

  it('says that a better host was passed over for what the pool keeps', async () => {
    // h2 is the emptiest host, but where the large VM would go.
    const world = await World.withHosts(3);
    world.hypervisor.host('h1').resize({ memoryBytes: 129 * 2 ** 30 });
    world.hypervisor.host('h3').resize({ memoryBytes: 16 * 2 ** 30 });
    await world.run(400_000);
    world.editPool((pool) => {
      pool.spec.failureReserve = { failures: 1, topologyKey: 'kubernetes.io/hostname' };
    });
    world.putVm('large', { memory: { size: '60Gi' } });
    await world.run(5000);
    world.putVm('small', { memory: { size: '10Gi' } });
    await world.run(5000);
    expect(note(world, 'large')).toContain(
      'Placed on host h1. Best of 2 hosts that fit, of 3: emptier than most',
    );
    expect(note(world, 'small')).toBe(
      'Placed on host h1. One of 3 hosts that fit. Better ones have room that HostPool default keeps for others.',
    );
  });

  it('says that others have made way', async () => {
    const world = await World.withHosts(1);
    world.editPool((pool) => {
      pool.spec.preemption.mode = 'StopVirtualMachines';
    });
    world.putVm('low', large);
    await world.run(10_000);
    world.putVm('big', { ...large, placement: { priority: 10 } });
    await world.run(60_000);
    expect(note(world, 'big')).toBe(
      'Placed on host h1. The only host that fits. Less important VMs have made way there.',
    );
  });

  it('says of a gang that it came together', async () => {
    const world = await World.withHosts(2);
    world.putPolicy('gang', { vmSelector: { matchLabels: { app: 'web' } }, gang: { minMembers: 2 } });
    world.putVm('one', {}, web);
    world.putVm('two', {}, web);
    await world.run(10_000);
    const notes = ['one', 'two'].map((name) => note(world, name));
    for (const text of notes)
      expect(text).toMatch(/^Placed on host h\d\. .*It was placed together with its gang\.$/);
  });
});
