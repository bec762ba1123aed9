import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listAtomic, matching } from '../../operator/api/common.ts';
import { SchemaError, structuralSchema, toStructural } from './structural-schema.ts';

const of = (schema: z.ZodType) => structuralSchema(schema, 'Thing.spec');
const property = (schema: z.ZodType) => of(z.object({ field: schema })).properties?.['field'];

describe('structuralSchema', () => {
  it('keeps what a CRD knows', () => {
    const schema = z.object({
      name: z.string().min(1).max(63).describe('Its name.'),
      size: z.enum(['Small', 'Large']).default('Small'),
      on: z.boolean().optional(),
    });
    expect(of(schema)).toEqual({
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', description: 'Its name.', minLength: 1, maxLength: 63 },
        size: { type: 'string', default: 'Small', enum: ['Small', 'Large'] },
        on: { type: 'boolean' },
      },
    });
  });

  it('asks for what has no default, however deep', () => {
    const schema = z.object({
      a: z.object({ b: z.string(), c: z.string().default('') }).default({ b: 'x', c: '' }),
    });
    expect(of(schema).required).toBeUndefined();
    expect(of(schema).properties?.['a']?.required).toEqual(['b']);
  });

  it('passes keywords of Kubernetes through, inside lists too', () => {
    const list = property(
      z
        .array(z.object({ id: z.string() }))
        .meta(listAtomic)
        .optional(),
    );
    expect(list).toMatchObject({ type: 'array', 'x-kubernetes-list-type': 'atomic' });
    expect(list?.items?.properties?.['id']?.type).toBe('string');
  });

  it.each([
    ['int32 without bounds', z.int32(), { type: 'integer', format: 'int32' }],
    [
      'int32 with bounds',
      z.int32().min(1).max(9),
      { type: 'integer', format: 'int32', minimum: 1, maximum: 9 },
    ],
    ['int32 from 0', z.int32().min(0), { type: 'integer', format: 'int32', minimum: 0 }],
    ['int without bounds', z.int(), { type: 'integer', format: 'int64' }],
    [
      'int of a few values',
      z.int().min(-1).max(100),
      { type: 'integer', format: 'int32', minimum: -1, maximum: 100 },
    ],
    [
      'int above int32',
      z
        .int()
        .min(0)
        .max(2 ** 40),
      { type: 'integer', format: 'int64', minimum: 0, maximum: 2 ** 40 },
    ],
  ])('gives a format to %s, without the bounds that zod adds', (_name, schema, expected) => {
    expect(property(schema)).toEqual(expected);
  });

  it('drops the pattern of a time, which its format says', () => {
    expect(property(z.iso.datetime())).toEqual({ type: 'string', format: 'date-time' });
  });

  it('leaves a plain pattern, without escapes that only JavaScript needs', () => {
    expect(property(z.string().regex(/^a\/b$/))).toEqual({ type: 'string', pattern: '^a/b$' });
  });

  it('makes a rule of a pattern that has a message, before the other rules', () => {
    const other = { rule: "self != 'b'", message: 'not b' };
    const schema = matching(/^[a-z]\.\/$/, 'must be so')
      .max(5)
      .meta({ 'x-kubernetes-validations': [other] });
    expect(property(schema)).toEqual({
      type: 'string',
      maxLength: 5,
      'x-kubernetes-validations': [
        { rule: String.raw`self.matches(r'^[a-z]\./$')`, message: 'must be so' },
        other,
      ],
    });
  });

  it('writes keywords in one order, whatever the order of calls', () => {
    const one = Object.keys(property(z.string().max(3).describe('x').default('a')) ?? {});
    const two = Object.keys(property(z.string().describe('x').max(3).default('a')) ?? {});
    expect(one).toEqual(two);
    expect(one.slice(0, 2)).toEqual(['type', 'description']);
  });
});

describe('structuralSchema refuses', () => {
  it.each([
    ['a union', z.union([z.string(), z.boolean()]), /Thing\.spec\.field: a union is not structural/],
    [
      'a discriminated union',
      z.discriminatedUnion('a', [z.object({ a: z.literal('x') }), z.object({ a: z.literal('y') })]),
      /Thing\.spec\.field: a union/,
    ],
    ['a tuple', z.tuple([z.string(), z.boolean()]), /Thing\.spec\.field/],
    ['any', z.any(), /Thing\.spec\.field: has no type/],
    ['unknown', z.unknown(), /has no type/],
    ['a date, which JSON has not', z.date(), /has no type/],
    ['null', z.string().nullable(), /null is no value in this API; use \.optional\(\)/],
    ['floating point', z.number(), /floating point is lossy/],
    ['an object that takes more', z.looseObject({ a: z.string() }), /additionalProperties beside properties/],
    [
      'an object that takes no more',
      z.strictObject({ a: z.string() }),
      /additionalProperties beside properties/,
    ],
    [
      'a keyword unknown to CRDs',
      z.string().meta({ examples: ['a'] }),
      /keyword examples is unknown to CRDs/,
    ],
    ['a reference', z.object({ again: z.string().meta({ id: 'Again' }) }), /Thing\.spec/],
    ['a quotation mark in a pattern with a message', matching(/^'$/, 'm'), /must not hold a quotation mark/],
  ])('%s, naming the path', (_name, schema, message) => {
    expect(() => property(schema)).toThrow(SchemaError);
    expect(() => property(schema)).toThrow(message);
  });

  it('names the path through lists and maps', () => {
    const schema = z.object({ hosts: z.array(z.object({ labels: z.record(z.string(), z.any()) })) });
    expect(() => of(schema)).toThrow(/^Thing\.spec\.hosts\[\]\.labels\{\}: has no type/);
  });

  it('whatever zod may come to emit', () => {
    expect(() => toStructural({ type: 'string', contentEncoding: 'base64' }, 'x')).toThrow(/contentEncoding/);
    expect(() => toStructural({ allOf: [] }, 'x.y')).toThrow(/^x\.y: an intersection/);
    expect(() => toStructural({ $ref: '#/definitions/A' }, 'x.y')).toThrow(/^x\.y: a reference/);
  });
});
