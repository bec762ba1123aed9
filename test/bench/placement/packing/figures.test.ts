import { expect, it } from 'vitest';
import { type Contestant, contestFigures } from './figures.ts';
import type { Packing } from './replay.ts';

const packing = (peak: number, mean: number): Packing => ({ peak, mean, peakHosts: 0, peakBound: 0 });

it('holds the lifetimes to the goals, beside the hybrid, and lists all others', () => {
  const packings: Record<Contestant, Packing> = {
    ...{ 'first fit': packing(1.5, 1.6), 'best fit': packing(1.4, 1.5), hybrid: packing(1.3, 1.4) },
    ...{ 'hybrid, largest first': packing(1.2, 1.3), 'lifetimes, as they came': packing(1.1, 1.2) },
    ...{ 'lifetimes, largest first': packing(1.01, 1.2), 'lives known beforehand': packing(1, 1.1) },
  };
  const contest = { name: 'a trace', tunedOn: 'another', goals: { peak: 2, mean: 5 } };
  const figures = contestFigures(contest, packings);
  const rounded = (value = Number.NaN) => Math.round(value);
  expect(
    figures
      .filter(({ goal }) => goal)
      .map(({ value, peer, met }) => [rounded(value), rounded(peer?.value), met]),
  ).toEqual([
    [1, 30, true],
    [20, 40, false],
  ]);
  expect(figures.map(({ value }) => rounded(value)).slice(2)).toEqual([
    ...[50, 40, 30, 20, 10, 0],
    ...[60, 50, 40, 30, 20, 10],
  ]);
});
