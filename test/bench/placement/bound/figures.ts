import { type Figure, figure } from '../../report.ts';
import { percentile } from '../../samples.ts';

/** From the creation of an object until a watch shows its host; milliseconds of each. */
export interface Bound {
  /** Created when the one before was bound. */
  aloneMs: number[];
  /** Created at once. */
  togetherMs: number[];
}

/** The rows of the report. @throws RangeError when nothing was bound */
export function boundFigures(operator: Bound, scheduler: Bound, hosts: number): Figure[] {
  const row = (name: string, kind: keyof Bound, percent: number, goal?: { max: number }) =>
    figure(name, percentile(operator[kind], percent), 'ms', {
      peer: { name: 'pod by kube-scheduler', value: percentile(scheduler[kind], percent) },
      ...(goal ? { goal } : {}),
    });
  return [
    row(`VirtualMachine created to bound, ${hosts} Hosts, median`, 'aloneMs', 50, { max: 50 }),
    row('  p99', 'aloneMs', 99),
    row(`  ${operator.togetherMs.length} created at once, median`, 'togetherMs', 50),
    row('  p99', 'togetherMs', 99),
  ];
}
