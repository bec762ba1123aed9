import { Contestant, nodeProgram } from '../../contestant.ts';
import type { BenchContext } from '../../main.ts';
import { type Figure, figure } from '../../report.ts';
import type { PoolStatusSpec } from './client.ts';

const size = { hosts: 5_000, statuses: 200, vms: 5 };
const classes = [0, 20];

const keys = ['p50Ms', 'p99Ms', 'maxMs', 'cpuP50Ms'] as const;
export type PoolStatusTimes = Record<(typeof keys)[number], number>;

/** What it takes of the operator's event loop to sum up a large pool, as a new VM makes it do. */
export async function poolStatusPart(_: string, { progress, signal }: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of classes) {
    progress(`pool-status: ${size.hosts} hosts, ${count} classes`);
    const spec: PoolStatusSpec = { ...size, classes: count };
    const process = new Contestant(
      'pool-status',
      nodeProgram(import.meta.dirname, 'client.ts', spec),
      signal,
    );
    try {
      figures.push(...poolStatusFigures(await process.next(keys), spec));
    } finally {
      await process.end();
    }
  }
  return figures;
}

/** The rows of the report. */
export function poolStatusFigures(
  { p50Ms, p99Ms, maxMs, cpuP50Ms }: PoolStatusTimes,
  { hosts, classes: count }: Pick<PoolStatusSpec, 'hosts' | 'classes'>,
): Figure[] {
  return [
    figure(`status of a pool of ${hosts} hosts and ${count} classes: median`, p50Ms, 'ms'),
    figure('  of CPU, median', cpuP50Ms, 'ms'),
    figure('  99th percentile', p99Ms, 'ms'),
    figure('  longest', maxMs, 'ms'),
  ];
}
