import { type Figure, figure } from '../../report.ts';
import type { Packing } from './replay.ts';

export type Contestant =
  | 'first fit'
  | 'best fit'
  | 'hybrid'
  | 'hybrid, largest first'
  | 'lifetimes, as they came'
  | 'lifetimes, largest first'
  | 'lives known beforehand';

export interface Contest {
  name: string;
  tunedOn: string;
  /** The most that hosts may be over the bound, in per cent of it. */
  goals: { peak: number; mean: number };
}

const ours: Contestant = 'lifetimes, largest first';
const measures = { peak: 'most hosts at once', mean: 'mean hosts' } as const;

/** Of the bound: as multiples of it, the three digits of a report would not tell these apart. */
const percentOver = (multiple: number) => (multiple - 1) * 100;

/** The rows of the report: ours against the goals, then each other one. */
export function contestFigures(
  { name, tunedOn, goals }: Contest,
  packings: Readonly<Record<Contestant, Packing>>,
): Figure[] {
  const kinds = ['peak', 'mean'] as const;
  const against = kinds.map((kind) =>
    figure(
      `${name} (tuned on ${tunedOn}): ${measures[kind]} over the bound, ${ours}`,
      percentOver(packings[ours][kind]),
      '%',
      {
        peer: { name: 'hybrid best fit', value: percentOver(packings.hybrid[kind]) },
        goal: { max: goals[kind] },
      },
    ),
  );
  const others = Object.entries(packings).filter(([contestant]) => contestant !== ours);
  const rows = kinds.flatMap((kind) =>
    others.map(([contestant, packing]) =>
      figure(`  ${measures[kind]}: ${contestant}`, percentOver(packing[kind]), '%'),
    ),
  );
  return [...against, ...rows];
}
