import { expect, it } from 'vitest';
import { listed } from './listed.ts';

it('names are listed as in a sentence, and of many the first', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((names) => listed(names))).toEqual([
    ...['', 'a', 'a and b', 'a, b and c'],
  ]);
  expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  expect(listed(['a', 'b'], 2)).toBe('a and b');
});
