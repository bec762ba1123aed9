import { expect, it } from 'vitest';
import { type Contestant, contestFigures } from './figures.ts';
import type { Packing } from './replay.ts';

const packing = (peak: number, mean: number, moves = 0): Packing => ({
  ...{ peak, mean, moves, peakHosts: 0, peakBound: 0 },
});

it('holds what the operator does to the goals, without and with moves, beside their peers, and lists all others', () => {
  const packings: Record<Contestant, Packing> = {
    ...{ 'first fit': packing(1.5, 1.6), 'best fit': packing(1.4, 1.5), hybrid: packing(1.3, 1.4) },
    ...{ 'hybrid, largest first': packing(1.2, 1.3), 'lifetimes, as they came': packing(1.1, 1.2) },
    ...{ 'lifetimes, largest first': packing(1.6, 1.7), 'lives known beforehand': packing(1, 1.1) },
    "the engine's Pack, largest first": packing(1.01, 1.2),
    'hybrid, largest first, with moves': packing(1.7, 1.8, 7),
    "the engine's Pack, largest first, with moves": packing(1.03, 1.02, 8),
    'lifetimes, largest first, with moves': packing(1.8, 1.9, 9),
  };
  const contest = { name: 'a trace', tunedOn: 'another', goals: { peak: 2, mean: 5 }, vms: 99 };
  const figures = contestFigures(contest, packings);
  const rounded = (value = Number.NaN) => Math.round(value);
  expect(
    figures
      .filter(({ goal }) => goal)
      .map(({ value, peer, met }) => [rounded(value), rounded(peer?.value), met]),
  ).toEqual([
    ...[
      [1, 30, true],
      [20, 40, false],
    ],
    ...[
      [3, 70, false],
      [2, 80, true],
    ],
  ]);
  expect(figures.map(({ value }) => rounded(value)).slice(4)).toEqual([
    ...[50, 40, 30, 20, 10, 60, 0, 70, 80],
    ...[60, 50, 40, 30, 20, 70, 10, 80, 90],
    ...[7, 8, 9],
  ]);
});
