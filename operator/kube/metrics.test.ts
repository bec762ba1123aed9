import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createKubeMetrics } from './metrics.ts';
import { WorkQueue } from './queue.ts';
import { script, setUp } from './testing/controller-world.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

it('has the names and labels that dashboards for controller-runtime ask for', async () => {
  const registry = new Registry();
  createKubeMetrics(registry);
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      ...['total', 'errors_total', 'panics_total', 'timeouts_total', 'time_seconds'].map(
        (name) => `controller_runtime_reconcile_${name}`,
      ),
      'controller_runtime_terminal_reconcile_errors_total',
      'controller_runtime_max_concurrent_reconciles',
      'controller_runtime_active_workers',
      ...[
        'depth',
        'adds_total',
        'queue_duration_seconds',
        'work_duration_seconds',
        'unfinished_work_seconds',
      ].map((name) => `workqueue_${name}`),
      'workqueue_longest_running_processor_seconds',
      'workqueue_retries_total',
      'leader_election_master_status',
      'leader_election_slowpath_total',
      'rest_client_requests_total',
      'rest_client_request_duration_seconds',
      'rest_client_request_retries_total',
    ]),
  );
});

it('samples queues when scraped', async () => {
  const registry = new Registry();
  const clock = new VirtualClock();
  const queue = new WorkQueue({ name: 'vm', clock, random: () => 0, metrics: createKubeMetrics(registry) });
  queue.add('busy');
  await queue.take();
  queue.add('a');
  clock.advanceSync(2_000);
  const text = await registry.metrics();
  expect(text).toContain('workqueue_depth{name="vm",controller="vm",priority="0"} 1');
  expect(text).toContain('workqueue_longest_running_processor_seconds{name="vm",controller="vm"} 2');
  queue.shutdown();
  expect(await registry.metrics()).not.toContain('workqueue_depth{');
});

it('shows every metric of a controller before anything has happened: a rate over what is missing is no alert', async () => {
  const registry = new Registry();
  const metrics = createKubeMetrics(registry);
  await setUp(script(), { metrics });
  const empty = (await registry.getMetricsAsJSON()).filter(({ values }) => values.length === 0);
  const names = empty.map(({ name }) => name).filter((name) => /^(controller_runtime|workqueue)_/.test(name));
  expect(names).toEqual([]);
});
