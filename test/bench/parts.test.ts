import { expect, it } from 'vitest';
import { chooseParts } from './parts.ts';

const all = { calls: 1, memory: 2, hung: 3 };

it.each([
  [[], [1, 2, 3]],
  [['hung'], [3]],
  [
    ['hung', 'calls'],
    [1, 3],
  ],
])('of the parts, %j chooses %j', (names, chosen) => {
  expect(chooseParts(all, names)).toEqual(chosen);
});

it('refuses a part that there is not, and names those that there are', () => {
  expect(() => chooseParts(all, ['calls', 'toString'])).toThrow(
    'There is no part toString; there is: calls, memory, hung.',
  );
});
