import { type Figure, figure, median } from '../../report.ts';
import type { RuleName } from '../verifier/fault.ts';
import type { Answers } from './hail/contest.ts';
import type { Scheduling, Share } from './kube-scheduler/contest.ts';
import type { Pace } from './replay.ts';

export type Faults = Partial<Record<RuleName, number>>;

/** Whoever decides in a process of its own. */
export type PlacerName = 'engine, Spread' | 'engine, Pack' | 'best fit' | 'hybrid fit';

/** How one of them did, verified. */
export interface Result {
  pace: Pace;
  faults: Faults;
}

export interface Results {
  hosts: number;
  placers: ReadonlyMap<PlacerName, Result>;
  schedulers: ReadonlyMap<Share, Scheduling>;
  hail: readonly Answers[];
}

/** The rows of the report. @throws RangeError when somebody is missing */
export function rateFigures({ hosts, placers, schedulers, hail }: Results): Figure[] {
  const all = of(schedulers, 'all nodes');
  const some = of(schedulers, 'default');
  return [
    ...engineFigures(hosts, of(placers, 'engine, Spread'), all),
    ...packFigures(of(placers, 'engine, Pack'), of(placers, 'best fit')),
    ...baselineFigures('best fit, rules written out', of(placers, 'best fit')),
    ...baselineFigures('hybrid fit, rules written out', of(placers, 'hybrid fit')),
    ...schedulerFigures('kube-scheduler, all nodes scored', all),
    ...schedulerFigures('kube-scheduler, default share scored', some),
    ...hail.flatMap(({ hosts: size, seconds, faults }) => [
      figure(`hail, ${size} hosts: one decision`, median(seconds) * 1e3, 'ms'),
      ...brokenFigure(seconds.length, { known: faults }),
    ]),
  ];
}

function engineFigures(hosts: number, { pace, faults }: Result, scheduler: Scheduling): Figure[] {
  const peer = (value: number) => ({ peer: { name: 'kube-scheduler, all nodes', value } });
  return [
    figure(`engine, Spread, ${hosts} hosts: placements a second`, pace.rate, '', {
      ...peer(scheduler.perSecond),
      goal: { min: 10_000 },
    }),
    figure('  for each second of its own CPU', pace.rateOfCpu, '', peer(scheduler.perCpuSecond)),
    figure('  as a ratio to kube-scheduler that scores all nodes', pace.rate / scheduler.perSecond, ''),
    figure('  one decision, median', pace.p50Ms, 'ms', peer(scheduler.decisionMs)),
    figure('  one decision, p99', pace.p99Ms, 'ms', { goal: { max: 2 } }),
    figure('  one decision, longest', pace.maxMs, 'ms'),
    figure('  refused', pace.refusals, ''),
    ...brokenFigure(pace.placements, faults, { max: 0 }),
  ];
}

function packFigures({ pace, faults }: Result, bestFit: Result): Figure[] {
  const peer = (value: number) => ({ peer: { name: 'best fit', value } });
  return [
    figure('engine, Pack: placements a second', pace.rate, '', peer(bestFit.pace.rate)),
    figure('  for each second of its own CPU', pace.rateOfCpu, '', peer(bestFit.pace.rateOfCpu)),
    figure('  one decision, median', pace.p50Ms, 'ms', peer(bestFit.pace.p50Ms)),
    figure('  one decision, p99', pace.p99Ms, 'ms', { ...peer(bestFit.pace.p99Ms), goal: { max: 2 } }),
    figure('  refused', pace.refusals, '', peer(bestFit.pace.refusals)),
    ...brokenFigure(pace.placements, faults, { max: 0 }),
  ];
}

function baselineFigures(name: string, { pace, faults }: Result): Figure[] {
  return [
    figure(`${name}: placements a second`, pace.rate, ''),
    figure('  for each second of its own CPU', pace.rateOfCpu, ''),
    figure('  one decision, p99', pace.p99Ms, 'ms'),
    ...brokenFigure(pace.placements, faults),
  ];
}

function schedulerFigures(
  name: string,
  { bindings, perSecond, perCpuSecond, decisionMs, faults }: Scheduling,
): Figure[] {
  return [
    figure(`${name}: bindings a second`, perSecond, ''),
    figure('  for each second of its own CPU', perCpuSecond, ''),
    figure('  one decision by its own metric, mean', decisionMs, 'ms'),
    ...brokenFigure(bindings, faults),
  ];
}

/** One row for all rules if none was broken, else one for each that was. */
function brokenFigure(placements: number, faults: Faults, goal?: { max: number }): Figure[] {
  const broken = Object.entries(faults).filter(([, count]) => count > 0);
  const rows = broken.length > 0 ? broken : [['', 0] as const];
  return rows.map(([rule, count]) =>
    figure(
      `  rules broken by ${placements} placements${rule && `: ${rule}`}`,
      count,
      '',
      goal ? { goal } : {},
    ),
  );
}

function of<K, V>(results: ReadonlyMap<K, V>, key: K): V {
  const result = results.get(key);
  if (!result) throw new RangeError(`nothing was measured of ${key}`);
  return result;
}
