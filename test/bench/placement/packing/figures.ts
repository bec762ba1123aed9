import { type Figure, figure } from '../../report.ts';
import type { Packing } from './replay.ts';

export type Contestant =
  | 'first fit'
  | 'best fit'
  | 'hybrid'
  | 'hybrid, largest first'
  | "the engine's Pack, largest first"
  | 'lifetimes, as they came'
  | 'lifetimes, largest first'
  | 'lives known beforehand'
  | `${'hybrid' | "the engine's Pack" | 'lifetimes'}, largest first, with moves`;

export interface Contest {
  name: string;
  tunedOn: string;
  /** The most that hosts may be over the bound, in per cent of it. */
  goals: { peak: number; mean: number };
  /** How many VMs the trace has. */
  vms: number;
}

/** What is held to the goals, which is what the operator does; each with its peer. */
const held: [Contestant, Contestant][] = [
  ["the engine's Pack, largest first", 'hybrid'],
  ["the engine's Pack, largest first, with moves", 'hybrid, largest first, with moves'],
];
const measures = { peak: 'most hosts at once', mean: 'mean hosts' } as const;
const kinds = ['peak', 'mean'] as const;

/** Of the bound: as multiples of it, the three digits of a report would not tell these apart. */
const percentOver = (multiple: number) => (multiple - 1) * 100;

/** The rows of the report: ours against the goals, then each other one, then how much was moved. */
export function contestFigures(
  { name, tunedOn, goals, vms }: Contest,
  packings: Readonly<Record<Contestant, Packing>>,
): Figure[] {
  const against = held.flatMap(([ours, peer]) =>
    kinds.map((kind) =>
      figure(
        `${name} (tuned on ${tunedOn}): ${measures[kind]} over the bound, ${ours}`,
        percentOver(packings[ours][kind]),
        '%',
        { peer: { name: peer, value: percentOver(packings[peer][kind]) }, goal: { max: goals[kind] } },
      ),
    ),
  );
  const others = Object.entries(packings).filter(
    ([contestant]) => !held.some(([ours]) => ours === contestant),
  );
  const rows = kinds.flatMap((kind) =>
    others.map(([contestant, packing]) =>
      figure(`  ${measures[kind]}: ${contestant}`, percentOver(packing[kind]), '%'),
    ),
  );
  const moves = Object.entries(packings)
    .filter(([, packing]) => packing.moves > 0)
    .map(([contestant, packing]) => figure(`  moves, of ${vms} VMs: ${contestant}`, packing.moves, ''));
  return [...against, ...rows, ...moves];
}
