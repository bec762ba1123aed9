import { Contestant, nodeProgram } from '../../contestant.ts';
import type { BenchContext } from '../../main.ts';
import { type Figure, figure } from '../../report.ts';
import { hostnameKey, rackKey } from '../workload/model.ts';
import type { HeadroomSpec } from './client.ts';
import type { RuledSpec } from './ruled-client.ts';

const size = { hosts: 10_000, vms: 100_000, changes: 2_000 };
const goal = { max: 5 };

/** What may fail at once. */
const plans: readonly { name: string; spec: HeadroomSpec }[] = [
  { name: 'one host', spec: { ...size, failures: 1, topologyKey: hostnameKey } },
  { name: 'two hosts', spec: { ...size, failures: 2, topologyKey: hostnameKey } },
  { name: 'one rack of 40', spec: { ...size, failures: 1, topologyKey: rackKey } },
];

/** VMs that all share one required rule, beside room for one host. */
const ruled: readonly { name: string; spec: RuledSpec }[] = [
  {
    name: '4,000 VMs spread over the racks of 1,000 hosts',
    spec: { hosts: 1000, vms: 4000, rule: 'spread', changes: 40 },
  },
  {
    name: '2,500 VMs on as many of 5,000 hosts',
    spec: { hosts: 5000, vms: 2500, rule: 'apart', changes: 40 },
  },
];

const keys = [
  ...(['buildSeconds', 'unprotected', 'stranded'] as const),
  ...(['vmP50Ms', 'vmP99Ms', 'vmMaxMs', 'vmMaxGcMs'] as const),
  ...(['hostP50Ms', 'hostP99Ms', 'hostMaxMs', 'hostMaxGcMs'] as const),
];
export type Headroom = Record<(typeof keys)[number], number>;

const ruledKeys = [
  ...(['firstMs', 'decisionP50Ms', 'decisionP99Ms', 'comingP50Ms'] as const),
  ...(['goingP50Ms', 'goingMaxMs', 'hostMaxMs'] as const),
];
export type Ruled = Record<(typeof ruledKeys)[number], number>;

/** How long it takes after one change until it is known again whether the VMs of what may fail have room elsewhere. */
export async function headroomPart(_: string, { progress, signal }: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, spec } of plans) {
    progress(`headroom: ${spec.hosts} hosts and ${spec.vms} VMs, ${name} may fail`);
    const process = new Contestant('headroom', nodeProgram(import.meta.dirname, 'client.ts', spec), signal);
    try {
      figures.push(...headroomFigures(name, await process.next(keys)));
    } finally {
      await process.end();
    }
  }
  for (const { name, spec } of ruled) {
    progress(`headroom: ${name}, by a required rule`);
    const process = new Contestant(
      'ruled',
      nodeProgram(import.meta.dirname, 'ruled-client.ts', spec),
      signal,
    );
    try {
      figures.push(...ruledFigures(name, await process.next(ruledKeys)));
    } finally {
      await process.end();
    }
  }
  return figures;
}

/** The rows of the report for VMs with one rule. */
export function ruledFigures(name: string, of: Ruled): Figure[] {
  return [
    figure(`${name}, by a required rule: the first report`, of.firstMs, 'ms'),
    figure('  one is placed beside the reserve: median', of.decisionP50Ms, 'ms'),
    figure('  99th percentile', of.decisionP99Ms, 'ms', { goal: { max: 2 } }),
    figure('  then the headroom: median', of.comingP50Ms, 'ms', { goal }),
    figure('  one goes: median', of.goingP50Ms, 'ms', { goal }),
    figure('  longest', of.goingMaxMs, 'ms'),
    figure('  a host is lost or back: longest', of.hostMaxMs, 'ms'),
  ];
}

/** The rows of the report for one plan. */
export function headroomFigures(name: string, of: Headroom): Figure[] {
  return [
    figure(`${name} may fail: the plan from nothing`, of.buildSeconds, 's'),
    figure('  a VM comes or goes: median', of.vmP50Ms, 'ms', { goal }),
    figure('  99th percentile', of.vmP99Ms, 'ms', { goal }),
    figure('  longest', of.vmMaxMs, 'ms'),
    figure('  of which garbage was collected', of.vmMaxGcMs, 'ms'),
    figure('  a host is cordoned, lost or back: median', of.hostP50Ms, 'ms', { goal }),
    figure('  99th percentile', of.hostP99Ms, 'ms'),
    figure('  longest', of.hostMaxMs, 'ms'),
    figure('  of which garbage was collected', of.hostMaxGcMs, 'ms'),
    figure('  VMs without protection in the end', of.unprotected, ''),
    figure('  protected VMs that find no room when domains fail by chance', of.stranded, '', {
      goal: { max: 0 },
    }),
  ];
}
