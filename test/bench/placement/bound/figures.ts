import { type Figure, figure } from '../../report.ts';
import { percentile } from '../../samples.ts';

/** From the creation of an object until a watch shows its host; milliseconds of each. */
export interface Bound {
  /** Created at a steady pace that leaves time for all that follows. */
  pacedMs: number[];
  /** Created when the one before was bound, while the rest is done that is still to be done about that one. */
  aloneMs: number[];
  /** Created at once. */
  togetherMs: number[];
}

export interface Contest {
  operator: Bound;
  /** The same while thousands of Hosts have just come and tell for the first time how they are. */
  besideNewHosts: Bound;
  scheduler: Bound;
}

/** The rows of the report. @throws RangeError when nothing was bound */
export function boundFigures({ operator, besideNewHosts, scheduler }: Contest, hosts: number): Figure[] {
  const rows = (own: Bound, name: string, goal?: { max: number }) => {
    const row = (text: string, kind: keyof Bound, percent: number, to?: { max: number }) =>
      figure(text, percentile(own[kind], percent), 'ms', {
        peer: { name: 'pod by kube-scheduler', value: percentile(scheduler[kind], percent) },
        ...(to ? { goal: to } : {}),
      });
    return [
      row(`${name}, four a second, median`, 'pacedMs', 50, goal),
      row('  p99', 'pacedMs', 99),
      row('  each as soon as the one before is bound, median', 'aloneMs', 50, goal),
      row('  p99', 'aloneMs', 99),
      row(`  ${own.togetherMs.length} created at once, median`, 'togetherMs', 50),
      row('  p99', 'togetherMs', 99),
    ];
  };
  return [
    ...rows(operator, `VirtualMachine created to bound, ${hosts} Hosts`, { max: 50 }),
    ...rows(besideNewHosts, '  while all Hosts are new and tell how they are'),
  ];
}
