import { beforeEach, describe, expect, it } from 'vitest';
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
