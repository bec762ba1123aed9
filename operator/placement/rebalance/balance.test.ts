import { describe, expect, it } from 'vitest';
import { Layout } from '../moves/layout.ts';
import { smallProblem } from '../moves/testing/problems.ts';
import { balanceOf } from './balance.ts';
import { happinessOf } from './testing/happiness.ts';

describe('the balance', () => {
  it('of hosts that carry the same part is perfect, whatever their sizes', () => {
    const problem = smallProblem(
      [[10], [20]],
      [
        { on: 0, asks: [5] },
        { on: 1, asks: [10] },
      ],
    );
    expect(balanceOf(new Layout(problem))).toEqual([{ mean: 0.5, fullest: 0.5, deviation: 0, imbalance: 0 }]);
  });

  it('is worst when one host of many carries all', () => {
    const problem = smallProblem([[10], [10], [10], [10]], [{ on: 2, asks: [8] }]);
    const [balance] = balanceOf(new Layout(problem));
    expect(balance?.mean).toBeCloseTo(0.2);
    expect(balance?.fullest).toBeCloseTo(0.8);
    expect(balance?.deviation).toBeCloseTo(0.2 * Math.sqrt(3));
    expect(balance?.imbalance).toBeCloseTo(1);
  });

  it('leaves out hosts that have nothing of a dimension', () => {
    const problem = smallProblem(
      [[10], [0], [10]],
      [
        { on: 0, asks: [5] },
        { on: 2, asks: [5] },
      ],
    );
    expect(balanceOf(new Layout(problem))).toEqual([{ mean: 0.5, fullest: 0.5, deviation: 0, imbalance: 0 }]);
  });
});

describe('happiness', () => {
  const problem = smallProblem(
    [
      [10, 10],
      [10, 10],
    ],
    [
      { on: 0, asks: [8, 0] },
      { on: 0, asks: [8, 1] },
      { on: 0, asks: [0, 1] },
      { on: 1, asks: [4, 4] },
    ],
  );

  it('of a VM is the part that it gets of what it asks for', () => {
    const { ofVm, least, mean } = happinessOf(new Layout(problem), 0.8);
    expect([...ofVm]).toEqual([0.5, 0.5, 1, 1]);
    expect([least, mean]).toEqual([0.5, 0.75]);
  });

  it('is whole where there are no VMs', () => {
    expect(happinessOf(new Layout(smallProblem([[1]], [])), 0.8)).toMatchObject({ mean: 1, least: 1 });
  });
});
