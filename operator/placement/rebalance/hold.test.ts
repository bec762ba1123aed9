import { describe, expect, it } from 'vitest';
import { holdOn, isDue } from './hold.ts';

const options = { threshold: 0.3, release: 0.2, rounds: 3 };

/** In which rounds of these imbalances a plan is due. */
function dueRounds(imbalances: readonly number[]): number[] {
  let held = 0;
  return imbalances.flatMap((imbalance, round) => {
    held = holdOn(held, imbalance, options);
    return isDue(held, options) ? [round] : [];
  });
}

describe('a plan is due', () => {
  it.each([
    ['once imbalance has held for three rounds', [0.3, 0.4, 0.3], [2]],
    ['not when it went away in between', [0.4, 0.4, 0.1, 0.4, 0.4], []],
    ['also when it sinks a little below the threshold in between', [0.4, 0.25, 0.25], [2]],
    ['not when it is a little below the threshold all the time', [0.25, 0.25, 0.25, 0.25], []],
    ['as long as it holds', [0.4, 0.4, 0.4, 0.4], [2, 3]],
  ])('%s', (_what, imbalances, rounds) => {
    expect(dueRounds(imbalances)).toEqual(rounds);
  });
});
