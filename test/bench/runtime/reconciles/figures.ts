import { type Figure, figure, median } from '../../report.ts';
import { type CallSample, cpuMicrosOf, rateOf } from '../../samples.ts';
import type { Restart } from '../operator/process.ts';

/** The rows of the report. @throws RangeError when somebody has no samples */
export function reconcileFigures(
  controller: readonly CallSample[],
  operator: readonly Restart[],
  vms: number,
): Figure[] {
  const of = (value: (restart: Restart) => number) => median(operator.map(value));
  return [
    figure('reconciles that find nothing to do, by one controller', rateOf(controller), '1/s'),
    figure('  CPU for each', cpuMicrosOf(controller), 'µs'),
    figure(
      `the whole operator's start on ${vms} VMs that run: from synced to quiet`,
      of((one) => one.seconds),
      's',
    ),
    figure(
      '  reconciles of VMs in that time',
      of((one) => one.reconciles),
      '',
    ),
    figure(
      '  reconciles of VMs a second',
      of((one) => one.reconciles / one.seconds),
      '1/s',
    ),
    figure(
      '  CPU for each, hosts in memory included',
      of((one) => (one.cpuSeconds / one.reconciles) * 1e6),
      'µs',
    ),
    figure(
      '  heap for each VM since before its start, hosts in memory not included',
      of((one) => (one.grownKiB * 1.024) / vms),
      'kB',
      { goal: { max: 20 } },
    ),
  ];
}
