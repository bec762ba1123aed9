import { describe, expect, it } from 'vitest';
import { type CallSample, cpuMicrosOf, percentile, rateOf, ratioOf } from './samples.ts';
import { takeTurns } from './turns.ts';

const at = (rate: number, cpuSeconds = 0): CallSample => ({ calls: rate * 2, seconds: 2, cpuSeconds });

describe('samples', () => {
  it('have the median rate', () => {
    expect(rateOf([at(100), at(10_000), at(300)])).toBe(300);
  });

  it('have the median CPU time of a call', () => {
    expect(cpuMicrosOf([at(500, 0.01), at(500, 0.03), at(500, 9)])).toBeCloseTo(30);
  });

  it('are compared round by round, so that a round in which all were slow tells as much', () => {
    const ours = [at(300), at(10), at(40)];
    const peers = [at(100), at(5), at(80)];
    expect(ratioOf(ours, peers)).toBe(2);
  });

  it('are not compared with those of other rounds', () => {
    expect(() => ratioOf([at(1)], [])).toThrow(RangeError);
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [50, 50],
    [99, 99],
    [99.5, 100],
    [100, 100],
    [0, 1],
  ])('of %d is %d of a hundred', (percent, expected) => {
    expect(percentile(hundred, percent)).toBe(expected);
  });

  it('of one value is it, and of none an error', () => {
    expect(percentile([7], 99)).toBe(7);
    expect(() => percentile([], 99)).toThrow(RangeError);
  });
});

describe('turns', () => {
  const contest = (said: string[]) =>
    new Map(['a', 'b'].map((name) => [name, async () => said.push(name)] as const));

  it('are taken by one after the other in each round', async () => {
    const said: string[] = [];
    const samples = await takeTurns(contest(said), { rounds: 2 });
    expect(said.join('')).toBe('abab');
    expect([...samples]).toEqual([
      ['a', [1, 3]],
      ['b', [2, 4]],
    ]);
  });

  it('of warming up do not count', async () => {
    const rounds: number[] = [];
    const samples = await takeTurns(contest([]), {
      ...{ rounds: 1, warmUp: true, onRound: (round: number) => rounds.push(round) },
    });
    expect([...samples.values()]).toEqual([[3], [4]]);
    expect(rounds).toEqual([0, 1]);
  });
});
