import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { hostPools } from '../../api/kinds.ts';
import { World } from '../../testing/world.ts';
import { registerPoolMetrics } from './metrics.ts';

async function scrape(registry: Registry): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

it('pools are metrics as their statuses say, until they are gone', async () => {
  const world = await World.withHosts(2);
  const registry = new Registry();
  registerPoolMetrics(registry, world.operator.stores.hostPools);
  world.putClass('large', { cpu: { cores: 16 }, memory: { size: '32Gi' } });
  world.editPool((pool) => {
    pool.spec.shares = [
      { name: 'team', namespaces: ['shop'], reservation: { cpuCores: 20 }, limit: { memory: '40Gi' } },
    ];
  });
  world.putVm('a', { classRef: { name: 'large' } });
  await world.run(20_000);
  expect(await scrape(registry)).toEqual(
    expect.arrayContaining([
      'vmfabric_hostpool_hosts{hostpool="default",state="ready"} 2',
      'vmfabric_hostpool_virtual_machines{hostpool="default"} 1',
      'vmfabric_hostpool_allocated{hostpool="default",resource="cpu"} 16',
      `vmfabric_hostpool_allocated{hostpool="default",resource="memory"} ${32 * 2 ** 30}`,
      'vmfabric_hostpool_class_fits{hostpool="default",class="large"} 1',
      'vmfabric_hostpool_load_fullest_ratio{hostpool="default"} 0.51',
      'vmfabric_hostpool_share_allocated{hostpool="default",share="team",resource="cpu"} 16',
      'vmfabric_hostpool_share_reserved{hostpool="default",share="team",resource="cpu"} 4',
      `vmfabric_hostpool_share_available{hostpool="default",share="team",resource="memory"} ${8 * 2 ** 30}`,
      `vmfabric_hostpool_share_limit{hostpool="default",share="team",resource="memory"} ${40 * 2 ** 30}`,
    ]),
  );
  world.deleteVm('a');
  await world.run(20_000);
  world.cluster.remove(hostPools, { name: 'default' });
  await world.run(20_000);
  expect(await scrape(registry)).toEqual([]);
});
