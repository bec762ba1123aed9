import { expect, it } from 'vitest';
import { cpuSetOf } from './cpu-set.ts';

it.each([
  [[], ''],
  [[3], '3'],
  [[0, 1, 2, 3, 8], '0-3,8'],
  [[11, 9, 2, 10, 2], '2,9-11'],
])('CPUs %j are written %s', (cpus, text) => {
  expect(cpuSetOf(cpus)).toBe(text);
});
