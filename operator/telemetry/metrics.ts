import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/**
 * The registry that /metrics shows: Node's process metrics, event-loop lag included, and `vmfabric_build_info`. Modules
 * declare their own metrics on it, next to what they measure.
 */
export function createRegistry(options: { version: string }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const info = new Gauge({
    name: 'vmfabric_build_info',
    help: 'Always 1; the labels say what runs',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  });
  info.set({ version: options.version, node_version: process.version }, 1);
  return registry;
}
