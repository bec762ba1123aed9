import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { World } from '../../testing/world.ts';
import { registerHostMetrics } from './metrics.ts';

it('how busy hosts are is told as it is, and of those alone that tell it', async () => {
  const world = await World.withHosts(2, { memoryBytes: 64 * 2 ** 30 });
  const [h1, h2] = [world.hypervisor.host('h1'), world.hypervisor.host('h2')];
  h1.use.cpus = 4;
  h1.use.memoryBytes = 13 * 2 ** 30;
  h2.goDown();
  await world.run(1_800_000);
  const registry = new Registry();
  registerHostMetrics(registry, world.operator.measurements);
  const text = await registry.metrics();
  const value = (name: string) => Number(new RegExp(`^vmfabric_host_${name} (.*)$`, 'm').exec(text)?.[1]);
  expect(value('cpu_used_ratio{host="h1"}')).toBeCloseTo(0.25, 2);
  expect(value('memory_used_bytes{host="h1"}')).toBe(13 * 2 ** 30);
  expect(value('memory_used_ratio{host="h1"}')).toBeCloseTo(13 / 64, 2);
  expect(value('contention_ratio{host="h1"}')).toBe(0);
  expect(text).not.toContain('h2');
});
