import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Labels, matches, type Selector } from '../model/selector.ts';
import { LabelIndex, SelectorIndex } from './selector-index.ts';

const key = fc.constantFrom('app', 'tier', 'x=y');
const value = fc.constantFrom('1', '2', 'y=1', '');
const labels: fc.Arbitrary<Labels> = fc.dictionary(key, value, { maxKeys: 3 });
const selector: fc.Arbitrary<Selector> = fc.record({
  matchLabels: fc.oneof(fc.constant({}), labels),
  matchExpressions: fc.array(
    fc.record({
      key,
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
      values: fc.array(value, { maxLength: 3 }),
    }),
    { maxLength: 2 },
  ),
});

const sorted = (found: Iterable<{ at: number }>) => [...found].map(({ at }) => at).sort((a, b) => a - b);

describe('the index of selectors', () => {
  it('finds exactly those that select the labels, after any additions and removals', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(selector, fc.boolean()), { maxLength: 20 }), labels, (all, asked) => {
        const index = new SelectorIndex<{ selector: Selector; at: number }>();
        const items = all.map(([one, stays], at) => ({ selector: one, at, stays }));
        for (const item of items) index.add(item);
        for (const item of items) if (!item.stays) index.remove(item);
        const expected = items.filter((item) => item.stays && matches(item.selector, asked));
        expect(sorted(index.select(asked))).toEqual(sorted(expected));
      }),
    );
  });

  it('looks at few of many that ask for different labels', () => {
    const index = new SelectorIndex<{ selector: Selector }>();
    let looks = 0;
    const counting = (app: string) => ({
      get matchLabels() {
        looks += 1;
        return { app, tier: 'same' };
      },
    });
    for (let at = 0; at < 1000; at++) index.add({ selector: counting(`a${at}`) });
    looks = 0;
    expect(index.select({ app: 'a7', tier: 'same' }).size).toBe(1);
    expect(looks).toBeLessThan(10);
  });
});

describe('the index of labels', () => {
  it('finds exactly those that the selector selects, each once, after any additions and removals', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(labels, fc.boolean()), { maxLength: 20 }), selector, (all, asked) => {
        const index = new LabelIndex<{ labels: Labels; at: number }>();
        const items = all.map(([one, stays], at) => ({ labels: one, at, stays }));
        for (const item of items) index.add(item);
        for (const item of items) if (!item.stays) index.remove(item);
        const expected = items.filter((item) => item.stays && matches(asked, item.labels));
        expect(sorted(index.select(asked))).toEqual(sorted(expected));
      }),
    );
  });
});
