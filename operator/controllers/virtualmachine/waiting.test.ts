import { beforeEach, describe, expect, it, vi } from 'vitest';
import { hosts } from '../../api/kinds.ts';
import { World } from '../../testing/world.ts';

const many = Array.from({ length: 100 }, (_, index) => `wait-${index}`);
let world: World;

const writesOfThose = (prefix: string) =>
  world.writes('VirtualMachine').filter((write) => write.includes(`shop/${prefix}-`)).length;

/** What is missing changes with each of them. */
async function putSmallOnes(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    world.putVm(`small-${index}`, { memory: { size: '2Gi' } });
    await world.run(1000);
  }
}

/** Hosts of the fakes have 63 GiB for VMs. */
beforeEach(async () => {
  world = await World.withHosts(1);
});

describe('VMs that wait', () => {
  it('do not all say anew what they lack with each VM that is placed, and say it soon', async () => {
    for (const name of many) world.putVm(name, { memory: { size: '70Gi' } });
    await world.run(120_000);
    expect(world.message('wait-0', 'Scheduled')).toContain('h1 lacks 7Gi');
    world.forgetCalls();
    await putSmallOnes(10);
    expect(writesOfThose('wait')).toBeLessThanOrEqual(3 * many.length);
    await world.run(5000);
    for (const name of many) expect(world.message(name, 'Scheduled')).toContain('h1 lacks 27Gi');
    world.forgetCalls();
    await world.run(300_000);
    expect(writesOfThose('wait')).toBe(0);
  });

  it('and are few say it at once', async () => {
    world.putVm('wait-0', { memory: { size: '70Gi' } });
    await world.run(5000);
    await putSmallOnes(1);
    expect(world.message('wait-0', 'Scheduled')).toContain('h1 lacks 9Gi');
  });

  it('say at once what is wrong with them when they were edited', async () => {
    for (const name of many) world.putVm(name, { memory: { size: '70Gi' } });
    await world.run(120_000);
    await putSmallOnes(1);
    world.editVm('wait-7', (vm) => {
      vm.spec.memory = { size: '80Gi' };
    });
    await world.run(500);
    expect(world.message('wait-7', 'Scheduled')).toContain('h1 lacks 19Gi');
  });
});

describe('VMs that wait and are alike', () => {
  const calls = (of: 'find' | 'beneath') => vi.spyOn(world.operator.pools.engine, of);

  /** 50 VMs of each of two sizes, for which the host is too small. */
  async function putTwoKinds(): Promise<void> {
    for (const [index, name] of many.entries())
      world.putVm(name, { memory: { size: `${70 + (index % 2)}Gi` } });
    await world.run(120_000);
  }

  it('are looked for a place once for all of them when room may have come', async () => {
    await putTwoKinds();
    world.putVm('small');
    await world.run(10_000);
    world.halt('small');
    await world.run(120_000);
    const searches = calls('find');
    world.deleteVm('small');
    await world.run(500);
    // Two kinds, asked anew with each change that is seen meanwhile.
    expect(searches.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(searches.mock.calls.length).toBeLessThan(20);
  });

  it('work out in turns what they lack, whether or not that is what they say already', async () => {
    await putTwoKinds();
    const explanations = vi.spyOn(world.operator.pools, 'place');
    for (let second = 0; second < 10; second++) {
      world.cluster.edit(hosts, { name: 'h1' }, ({ metadata }) => {
        metadata.labels = { ...metadata.labels, second: `${second}` };
      });
      await world.run(1000);
    }
    expect(explanations.mock.calls.length).toBeGreaterThan(many.length);
    expect(explanations.mock.calls.length).toBeLessThanOrEqual(3 * many.length);
  });

  it('look once for others that might make way', async () => {
    world.editPool(({ spec }) => {
      spec.preemption = { mode: 'StopVirtualMachines' };
    });
    await putTwoKinds();
    const searches = calls('beneath');
    world.putVm('small');
    await world.run(10_000);
    expect(searches.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(searches.mock.calls.length).toBeLessThan(many.length / 2);
  });
});
