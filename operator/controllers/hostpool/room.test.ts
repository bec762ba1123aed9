import { describe, expect, it } from 'vitest';
import type { Host } from '../../api/host.ts';
import { World } from '../../testing/world.ts';
import { roomOf } from './room.ts';
import { headroomColumn } from './status.ts';

const gibibyte = 2 ** 30;
const condition = (type: string, status: 'True' | 'False') =>
  ({ type, status, reason: 'x', message: 'x', lastTransitionTime: 'x' }) as const;

/** A host of 16 CPUs and 64 GiB, and what VMs have of it. */
function host(name: string, cpu: number, memoryGiB: number, takesVms = true) {
  const status = {
    allocatable: { cpu: 16, memory: '64Gi' },
    conditions: [condition('Ready', takesVms ? 'True' : 'False'), condition('Schedulable', 'True')],
  };
  return {
    object: { metadata: { name, uid: name, resourceVersion: '1' }, status } as unknown as Host,
    used: { cpu, memoryBytes: memoryGiB * gibibyte },
  };
}

function room(...hosts: ReturnType<typeof host>[]) {
  return roomOf(
    hosts.map(({ object }) => object),
    hosts.map(({ used }) => used),
  );
}

describe('the room of a pool', () => {
  it('is of the hosts that take VMs, and never negative', () => {
    const { largestFree } = room(host('a', 20, 65), host('b', 4, 60), host('c', 0, 0, false));
    expect(largestFree).toEqual({ cpu: 12, memoryBytes: 4 * gibibyte });
  });

  it('has for the largest VM what one host has of both, not the most of each', () => {
    const { largestVirtualMachine } = room(host('a', 0, 63), host('b', 15, 0), host('c', 8, 32.5));
    expect(largestVirtualMachine).toEqual({ cpu: 8, memoryBytes: 31.5 * gibibyte });
  });

  it('is stranded where the other resource has run out', () => {
    expect(room(host('a', 8, 32), host('b', 0, 0)).stranded).toEqual({ cpu: 0, memoryBytes: 0 });
    // On a all memory is gone, so its 8 CPUs are of no use: half of the 16 that are free.
    const { stranded } = room(host('a', 8, 64), host('b', 8, 32));
    expect(stranded).toEqual({ cpu: 0.5, memoryBytes: 0 });
  });

  it('is uneven by how far the fuller part of each host is from the mean', () => {
    const { imbalance } = room(host('a', 16, 0), host('b', 0, 32));
    expect(imbalance).toEqual({ standardDeviation: 0.25, fullest: 1 });
    expect(room().imbalance).toEqual({ standardDeviation: 0, fullest: 0 });
  });
});

describe('the largest VM beside a reserve', () => {
  const free = (domain: string, cpu: number, gib: number) => ({
    ...{ name: domain, domain, spare: { cpu, memory: gib * gibibyte } },
  });
  const largest = (failures: number, ...hosts: ReturnType<typeof free>[]) => {
    const { object, used } = host('a', 0, 0);
    return roomOf([object], [used], { failures, hosts }).largestVirtualMachine;
  };

  it('has what the roomiest hosts of so many domains that one more may fail have to spare', () => {
    const hosts = [
      free('r1', 16, 64),
      free('r1', 12, 64),
      free('r2', 8, 50),
      free('r2', 2, 64),
      free('r3', 6, 60),
    ];
    expect(largest(1, ...hosts)).toEqual({ cpu: 8, memoryBytes: 50 * gibibyte });
    expect(largest(2, ...hosts)).toEqual({ cpu: 6, memoryBytes: 50 * gibibyte });
  });

  it('is none where there are too few domains, or one has nothing to spare', () => {
    const none = { cpu: 0, memoryBytes: 0 };
    expect(largest(1, free('r1', 16, 64), free('r1', 16, 64))).toEqual(none);
    expect(largest(1, free('r1', 16, 64), free('r2', -3, 64))).toEqual(none);
    expect(largest(1)).toEqual(none);
  });
});

describe('the column of headroom', () => {
  it('is made of parts, without those that say nothing', () => {
    expect(headroomColumn('1 host', undefined, '', '131 medium')).toBe('1 host, 131 medium');
  });
});

/** Each of the two hosts has 64 CPUs by over-commit, and 63 GiB. */
async function twoHosts(): Promise<World> {
  const world = await World.withHosts(2);
  world.putClass('medium', { cpu: { cores: 2 }, memory: { size: '4Gi' } });
  world.putClass('large', { cpu: { cores: 16 }, memory: { size: '32Gi' } });
  world.putClass('calm', { cpu: { cores: 8 }, memory: { size: '1Gi' }, overcommit: { cpuPercent: 100 } });
  await world.run(5000);
  return world;
}

describe('the status of a pool', () => {
  it('tells how many more VMs of each class fit, as a class counts, and what runs out first', async () => {
    const world = await twoHosts();
    expect(world.pool()?.status).toMatchObject({
      classes: [
        { name: 'calm', fits: 4 },
        { name: 'large', fits: 2 },
        { name: 'medium', fits: 30 },
      ],
      largestVirtualMachine: { cpu: { cores: 64 }, memory: { size: '63Gi' } },
      summary: { headroom: '2 large, 4 calm' },
    });
    world.putVm('a', { classRef: { name: 'large' } });
    await world.run(20_000);
    expect(world.pool()?.status).toMatchObject({
      classes: [
        { name: 'calm', fits: 3 },
        { name: 'large', fits: 1 },
        { name: 'medium', fits: 22 },
      ],
      imbalance: { standardDeviationPercent: 25, fullestPercent: 51 },
    });
  });

  it('tells of room beside what the pool keeps for failures', async () => {
    const world = await twoHosts();
    world.editPool((pool) => {
      pool.spec.failureReserve = { failures: 1, topologyKey: 'kubernetes.io/hostname' };
    });
    await world.run(5000);
    expect(world.pool()?.status).toMatchObject({
      classes: [
        { name: 'calm', fits: 2 },
        { name: 'large', fits: 1 },
        { name: 'medium', fits: 15 },
      ],
      largestVirtualMachine: { cpu: { cores: 64 }, memory: { size: '63Gi' } },
    });
    for (const name of ['a', 'b']) world.putVm(name, { classRef: { name: 'large' } });
    await world.run(20_000);
    expect(world.pool()?.status).toMatchObject({
      classes: [
        { name: 'calm', fits: 1 },
        { name: 'large', fits: 0 },
        { name: 'medium', fits: 7 },
      ],
      largestVirtualMachine: { cpu: { cores: 48 }, memory: { size: '31Gi' } },
    });
    expect(world.condition('b', 'Scheduled')).toBe('False Unschedulable');
  });

  it('tells the largest VM where there are no classes', async () => {
    const world = await World.withHosts(1);
    expect(world.pool()?.status?.summary?.headroom).toBe('64 CPUs and 63Gi');
  });

  it('is not written while nothing changes, nor by a restart of the operator', async () => {
    const world = await twoHosts();
    world.putVm('a', { classRef: { name: 'medium' } });
    await world.run(20_000);
    world.forgetCalls();
    await world.restartOperator();
    await world.run(600_000);
    expect(world.writes('HostPool')).toEqual([]);
  });

  it('follows a class that changes or goes', async () => {
    const world = await twoHosts();
    world.putClass('large', { cpu: { cores: 32 }, memory: { size: '16Gi' } });
    world.deleteClass('calm');
    await world.run(5000);
    expect(world.pool()?.status?.classes).toEqual([
      { name: 'large', fits: 4 },
      { name: 'medium', fits: 30 },
    ]);
  });
});
