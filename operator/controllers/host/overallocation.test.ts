import { describe, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';
import { findCondition } from '../conditions.ts';
import { overallocated } from './overallocation.ts';

const gib = 2 ** 30;

describe('a host whose memory is all set aside for huge pages', () => {
  const limits = { cpu: 64, memory: 0, 'hugepages-1Gi': 63 * gib };

  it('is as it should be: VMs that ask for those fit, and it counts as no broken host', async () => {
    const hugePages = [{ pageBytes: gib, count: 63 }];
    const cell = { id: 0, cpus: 16, cpuSet: '0-15', memoryBytes: 64 * gib, hugePages };
    const world = await World.withHosts(1, { numaCells: [cell] });
    world.putVm('a', { memory: { size: '32Gi', hugePageSize: '1Gi' } });
    await world.run(10_000);
    expect(world.runsOn('a')).toEqual(['h1']);
    expect(world.hostObject('h1')?.status?.allocatable).toEqual({ cpu: 64, memory: '0' });
    expect(findCondition(world.hostObject('h1') ?? {}, 'Overallocated')).toMatchObject({
      ...{ status: 'False', reason: 'WithinAllocatable' },
    });
    expect(world.pool()?.status?.hosts).toMatchObject({ ready: 1, overallocated: 0 });
  });

  it('has nothing to give once its CPUs are kept', () => {
    const verdict = overallocated('h1', 'p', { limits: { ...limits, cpu: 0 }, used: {} });
    expect(verdict).toMatchObject({ status: 'True', reason: 'NothingAllocatable' });
    expect(verdict.message).toContain('leave no CPUs of h1 to VMs');
  });
});

describe('a host that has nothing to give', () => {
  it('says so when it has no memory of either kind', () => {
    const limits = { cpu: 4, memory: 0, 'hugepages-2Mi': 0 };
    expect(overallocated('h1', 'p', { limits, used: {} }).message).toContain('leave no memory of h1 to VMs');
  });

  it('says first what VMs have too much of it', () => {
    const limits = { cpu: 4, memory: 0, 'named/licence': 1 };
    const verdict = overallocated('h1', 'p', { limits, used: { 'named/licence': 3 } });
    expect(verdict).toMatchObject({ status: 'True', reason: 'Overallocated' });
    expect(verdict.message).toContain('VMs on h1 have 2 licence too much (3 of 1).');
  });
});

describe('a host with a VM that asks for more than there is', () => {
  const verdict = (world: World) => findCondition(world.hostObject('h1') ?? {}, 'Overallocated')?.status;
  const putAndGrow = async (runStrategy: 'Always' | 'Halted') => {
    const world = await World.withCpus([8]);
    world.putVm('a', { cpu: { cores: 4 } });
    await world.run(10_000);
    world.editVm('a', ({ spec }) => {
      Object.assign(spec, { cpu: { cores: 20 }, runStrategy });
    });
    await world.run(300_000);
    return world;
  };

  it.each(['Always', 'Halted'] as const)(
    'has promised no more than before while it is %s',
    async (runStrategy) => {
      const world = await putAndGrow(runStrategy);
      expect(verdict(world)).toBe('False');
      expect(findCondition(world.pool() ?? {}, 'Ready')?.reason).toBe('HostsReady');
    },
  );

  it('has still too much for what the VM has when its pool gives out less than that', async () => {
    const world = await putAndGrow('Always');
    world.editPool(({ spec }) => {
      spec.hostReserved = { ...spec.hostReserved, cpuCores: 5 };
    });
    await world.run(5000);
    expect(findCondition(world.hostObject('h1') ?? {}, 'Overallocated')?.message).toContain(
      'VMs on h1 have 1 CPU too much (4 of 3).',
    );
  });
});
