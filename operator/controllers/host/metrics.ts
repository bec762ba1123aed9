import { Gauge, type Registry } from 'prom-client';
import type { HostUse, Measurements } from './measurements.ts';

const metrics: readonly { name: string; help: string; of: keyof HostUse }[] = [
  { name: 'cpu_used_ratio', help: "Part of the host's CPU time that is used, over minutes", of: 'cpu' },
  { name: 'memory_used_ratio', help: "Part of the host's memory that is used, over minutes", of: 'memory' },
  {
    name: 'memory_used_bytes',
    help: 'Memory of the host that is used, buffers and caches not',
    of: 'memoryBytes',
  },
  {
    name: 'contention_ratio',
    help: 'How much VMs on the host lack of what they ask for, in the mean by what they want',
    of: 'contention',
  },
];

/** How busy hosts are just now; a host that has not told for minutes has no series. */
export function registerHostMetrics(registry: Registry, measurements: Pick<Measurements, 'fresh'>): void {
  for (const { name, help, of } of metrics) {
    new Gauge({
      ...{ name: `vmfabric_host_${name}`, help, labelNames: ['host'] },
      registers: [registry],
      collect() {
        this.reset();
        for (const [host, use] of measurements.fresh()) {
          const value = use[of];
          if (value !== undefined) this.set({ host }, value);
        }
      },
    });
  }
}
