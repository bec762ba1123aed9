import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inSteps, Steady } from './steady.ts';

const options = { step: 5, holdMs: 600_000 };

it('a first value is told at once, rounded to its step', () => {
  const steady = new Steady(options, undefined, 0);
  expect(steady.see(undefined, 0)).toBe(false);
  expect(steady.value).toBeUndefined();
  expect([steady.see(12, 0), steady.value]).toEqual([true, 10]);
});

it('a value stays while the truth is near, and for its time', () => {
  const steady = new Steady(options, 10, 0);
  expect(steady.see(90, 599_999)).toBe(false);
  expect(steady.see(13.5, 600_000)).toBe(false);
  expect([steady.see(13.8, 600_000), steady.value]).toEqual([true, 15]);
  expect(steady.see(90, 1_199_999)).toBe(false);
});

it('what is no number changes nothing', () => {
  const steady = new Steady(options, 10, 0);
  for (const nonsense of [Number.NaN, Number.POSITIVE_INFINITY]) steady.see(nonsense, 1e9);
  expect(steady.value).toBe(10);
});

it('a value that goes to and fro by less than half a step changes once at most', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.array(fc.double({ min: -1.2, max: 1.2, noNaN: true }), { minLength: 20 }),
      (level, noise) => {
        let [value, changes] = [inSteps(undefined, level, 5), 0];
        for (const away of noise) {
          const next = inSteps(value, level + away, 5);
          if (next !== value) changes += 1;
          value = next;
        }
        expect(changes).toBeLessThanOrEqual(1);
        expect(Math.abs(value - level)).toBeLessThanOrEqual(5);
      },
    ),
  );
});
