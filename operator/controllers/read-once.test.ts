import { expect, it } from 'vitest';
import { readOnce } from './read-once.ts';

it('reads each object once, also where nothing follows from it', () => {
  const asked: string[] = [];
  const lengthOf = readOnce(({ name }: { name: string }) => {
    asked.push(name);
    return name === '' ? undefined : name.length;
  });
  const [a, none] = [{ name: 'abc' }, { name: '' }];
  expect([a, none, a, none].map(lengthOf)).toEqual([3, undefined, 3, undefined]);
  expect(asked).toEqual(['abc', '']);
  expect(lengthOf({ name: 'abcd' })).toBe(4);
});
