import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counts } from './counts.ts';

const changes = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -3, max: 5 })), {
  maxLength: 200,
  size: 'max',
});

describe('counts', () => {
  it('are as in a Map, whether they are kept as a list or as a table', () => {
    fc.assert(
      fc.property(changes, fc.constantFrom(1, 1000), (list, stretch) => {
        const counts = new Counts();
        const known = new Map<number, number>();
        for (const [number, amount] of list) {
          const key = number * stretch;
          counts.add(key, amount);
          known.set(key, (known.get(key) ?? 0) + amount);
        }
        const present = [...known].filter(([, count]) => count !== 0);
        expect(counts.size).toBe(present.length);
        expect(counts.total).toBe(present.reduce((sum, [, count]) => sum + count, 0));
        const seen = new Map<number, number>();
        counts.forEach((key, count) => {
          seen.set(key, count);
        });
        expect(seen).toEqual(new Map(present));
        for (let key = 0; key <= 40 * stretch; key += stretch)
          expect(counts.get(key)).toBe(known.get(key) ?? 0);
      }),
    );
  });

  it('are lent as a table, and the scratch that it was made of is clean again', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: -1, max: 1 }), (list, ofNone) => {
        const counts = new Counts();
        for (const [key, amount] of list) counts.add(key, amount);
        const scratch = new Int32Array(64);
        const table = counts.lend(scratch, ofNone);
        expect(table.length).toBeGreaterThanOrEqual(64);
        expect([...table.subarray(1, 64)]).toEqual(Array.from({ length: 63 }, (_, at) => counts.get(at + 1)));
        expect(table[0]).toBe(ofNone);
        counts.giveBack(table);
        expect(scratch.every((value) => value === 0)).toBe(true);
        expect(counts.get(0)).toBe(0);
      }),
    );
  });

  it('take little memory when they are few and far between, and no search when they are many', () => {
    const few = new Counts();
    for (let key = 0; key < 10; key++) few.add(key * 1000, 1);
    expect(few.bytes).toBeLessThan(500);
    const many = new Counts();
    for (let key = 0; key < 5000; key++) many.add(key, 1);
    expect(many.bytes).toBeLessThan(5000 * 4 * 2 + 500);
  });
});
