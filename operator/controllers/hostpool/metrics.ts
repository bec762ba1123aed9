import { Gauge, type Registry } from 'prom-client';
import type { HostPool, HostPoolSpec, HostPoolStatus } from '../../api/hostpool.ts';
import { parseBytes } from '../../api/quantity.ts';

/** A value and the labels that it has besides the pool's name. */
type Sample = [labels: Record<string, string>, value: number];

interface PoolMetric {
  name: string;
  help: string;
  labels?: string[];
  samples(status: HostPoolStatus, spec: HostPoolSpec): Sample[];
}

type Amount = 'capacity' | 'allocatable' | 'allocated' | 'largestFree';

function ofResources(name: string, help: string, of: Amount): PoolMetric {
  const samples = ({ resources = [] }: HostPoolStatus) =>
    resources.map((one): Sample => [{ resource: one.name }, parseBytes(one[of])]);
  return { name, help, labels: ['resource'], samples };
}

function ofShares(name: string, help: string, of: 'allocated' | 'reserved' | 'available'): PoolMetric {
  const samples = ({ shares = [] }: HostPoolStatus) =>
    shares.flatMap((one) => perResource(one.name, one[of].cpu, one[of].memory));
  return { name: `share_${name}`, help, labels: ['share', 'resource'], samples };
}

function perResource(share: string, cpu: number | undefined, memory: string | undefined): Sample[] {
  return [
    ...(cpu === undefined ? [] : [[{ share, resource: 'cpu' }, cpu] as Sample]),
    ...(memory === undefined ? [] : [[{ share, resource: 'memory' }, parseBytes(memory)] as Sample]),
  ];
}

const ratio = (percent: number | undefined): Sample[] => (percent === undefined ? [] : [[{}, percent / 100]]);

const metrics: readonly PoolMetric[] = [
  {
    name: 'hosts',
    help: 'Hosts of the pool by state',
    labels: ['state'],
    samples: ({ hosts = {} }) => Object.entries(hosts).map(([state, count]): Sample => [{ state }, count]),
  },
  {
    name: 'virtual_machines',
    help: 'VMs that are bound to hosts of the pool',
    samples: ({ virtualMachines = 0 }) => [[{}, virtualMachines]],
  },
  ofResources('capacity', 'What the hosts have; memory in bytes', 'capacity'),
  ofResources('allocatable', 'What VMs may have in all; memory in bytes', 'allocatable'),
  ofResources('allocated', 'What placed VMs count; memory in bytes', 'allocated'),
  ofResources('largest_free', 'The most that is free on one ready host; memory in bytes', 'largestFree'),
  {
    name: 'stranded_ratio',
    help: 'Part of what is free that is of no use, as another resource runs out first',
    labels: ['resource'],
    samples: ({ resources = [] }) =>
      resources.flatMap(({ name, strandedPercent }) =>
        ratio(strandedPercent).map(([, value]): Sample => [{ resource: name }, value]),
      ),
  },
  {
    name: 'used_ratio',
    help: 'Part of the capacity of connected hosts that is really used, in steps',
    labels: ['resource'],
    samples: ({ resources = [] }) =>
      resources.flatMap(({ name, usedPercent }) =>
        ratio(usedPercent).map(([, value]): Sample => [{ resource: name }, value]),
      ),
  },
  {
    name: 'unhappy_virtual_machines',
    help: 'VMs that do not get what they ask for',
    samples: ({ happiness }) => (happiness ? [[{}, happiness.unhappy]] : []),
  },
  {
    name: 'class_fits',
    help: 'How many more VMs of a class fit',
    labels: ['class'],
    samples: ({ classes = [] }) => classes.map(({ name, fits }): Sample => [{ class: name }, fits]),
  },
  {
    name: 'load_standard_deviation_ratio',
    help: 'Standard deviation of the loads of ready hosts',
    samples: ({ imbalance }) => ratio(imbalance?.standardDeviationPercent),
  },
  {
    name: 'load_fullest_ratio',
    help: 'Load of the fullest ready host',
    samples: ({ imbalance }) => ratio(imbalance?.fullestPercent),
  },
  ofShares('allocated', 'What VMs of a share, and of those below it, count; memory in bytes', 'allocated'),
  ofShares('reserved', 'What is kept free for a share besides; memory in bytes', 'reserved'),
  ofShares('available', 'How much more a share may have now; memory in bytes', 'available'),
  {
    name: 'share_limit',
    help: 'The most that a share may have, of those with a limit; memory in bytes',
    labels: ['share', 'resource'],
    samples: (_, { shares = [] }) =>
      shares.flatMap(({ name, limit }) => perResource(name, limit?.cpuCores, limit?.memory)),
  },
];

/** What HostPools say in their statuses, as metrics; read when they are scraped, so that none outlives its pool. */
export function registerPoolMetrics(registry: Registry, pools: { list(): readonly HostPool[] }): void {
  for (const { name, help, labels = [], samples } of metrics) {
    new Gauge({
      ...{ name: `vmfabric_hostpool_${name}`, help, labelNames: ['hostpool', ...labels] },
      registers: [registry],
      collect() {
        this.reset();
        for (const { metadata, spec, status } of pools.list())
          for (const [more, value] of samples(status ?? {}, spec))
            this.set({ hostpool: metadata.name, ...more }, value);
      },
    });
  }
}
