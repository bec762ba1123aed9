import { describe, expect, it, vi } from 'vitest';
import type { HostPool } from '../../api/hostpool.ts';
import { World } from '../../testing/world.ts';
import { takeDump } from '../dump/dump.ts';
import { snapshotOf } from '../dump/replay.ts';

/** How many VMs are counted anew by an edit of their pool, of three. */
async function recounted(change: (spec: Record<string, unknown>) => void): Promise<number> {
  const world = await World.withHosts(1);
  for (const name of ['a', 'b', 'c']) world.putVm(name);
  await world.run(10_000);
  const dump = await takeDump(world.cluster, { programVersion: '1', takenAt: new Date(0) });
  const { stores, pools } = snapshotOf(dump.objects);
  const pool = structuredClone(stores.hostPools.get('default')) as HostPool;
  pool.metadata.resourceVersion = '1000000';
  pool.metadata.generation = 1000;
  change(pool.spec as never);
  const counts = vi.spyOn(pools.engine, 'upsertVm');
  stores.hostPools.apply('MODIFIED', pool);
  return counts.mock.calls.length;
}

describe('an edit of a pool', () => {
  it.each<[string, object]>([
    ['strategy', { strategy: 'Pack' }],
    ['preemption', { preemption: { mode: 'StopVirtualMachines' } }],
    [
      'hosts',
      {
        staticHosts: [
          { name: 'h1', address: 'h1' },
          { name: 'h2', address: 'h2' },
        ],
      },
    ],
  ])('of its %s counts no VM anew', async (_, edit) => {
    expect(await recounted((spec) => Object.assign(spec, edit))).toBe(0);
  });

  it.each<[string, object]>([
    ['over-commit', { overcommit: { cpuPercent: 800, memoryPercent: 100 } }],
    [
      'networks',
      { networks: [{ name: 'lab', bridge: 'br1', hostSelector: { matchLabels: { rack: 'r1' } } }] },
    ],
    ['kernels', { kernels: [{ name: 'small', imagePath: '/k', hostSelector: {} }] }],
    ['shares', { shares: [{ name: 'shop', namespaces: ['shop'] }] }],
    ['failureReserve', { failureReserve: { failures: 1, topologyKey: 'kubernetes.io/hostname' } }],
  ])('of its %s counts all of them anew', async (_, edit) => {
    expect(await recounted((spec) => Object.assign(spec, edit))).toBe(3);
  });
});
