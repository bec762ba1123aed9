import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMergePatch, mergePatch } from './merge-patch.ts';

/** JSON objects; null is left out, as a merge patch cannot store one. */
const json = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.array(fc.integer()),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { noNullPrototype: true }),
})).object;

describe('mergePatch', () => {
  it('applied to what it was made from, gives what it was made for', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        expect(applyMergePatch(from, mergePatch(from, to) ?? {})).toEqual(to);
      }),
    );
  });

  it('is undefined exactly when nothing differs', () => {
    fc.assert(
      fc.property(json, (object) => void expect(mergePatch(object, structuredClone(object))).toBeUndefined()),
    );
    expect(mergePatch({ a: 1 }, { a: 2 })).toBeDefined();
  });

  it('holds only the difference', () => {
    const from = { kept: 1, changed: 1, gone: 1, nested: { kept: 1, gone: 1 }, list: [1, 2] };
    const to = { kept: 1, changed: 2, nested: { kept: 1 }, list: [1, 3], added: { a: 1 } };
    expect(mergePatch(from, to)).toEqual({
      ...{ changed: 2, gone: null, nested: { gone: null }, list: [1, 3], added: { a: 1 } },
    });
  });

  it('takes a member that is undefined for absent, at any depth', () => {
    expect(mergePatch({ a: 1 }, { a: undefined })).toEqual({ a: null });
    expect(mergePatch({}, { a: undefined })).toBeUndefined();
    expect(mergePatch({ list: [{ a: 1 }] }, { list: [{ a: 1, b: undefined }] })).toBeUndefined();
  });

  it('copies nothing when nothing differs', () => {
    const list = [{ toJSON: () => expect.fail('it was copied') }];
    expect(mergePatch({ list }, { list: [...list] })).toBeUndefined();
  });

  it('keeps apart an empty map and none', () => {
    expect(mergePatch({}, { a: {} })).toEqual({ a: {} });
    expect(mergePatch({ a: {} }, {})).toEqual({ a: null });
  });
});

// The table of examples in RFC 7386, appendix A.
it.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('applies %j and %j to %j', (target, patch, result) => {
  expect(applyMergePatch(target, patch)).toEqual(result);
});
