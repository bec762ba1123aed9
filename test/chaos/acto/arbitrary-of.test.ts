import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cel, listMap, listSet } from '../../../operator/api/common.ts';
import { kinds } from '../../../operator/api/kinds.ts';
import { arbitraryOf } from './arbitrary-of.ts';
import { keeps, rulesOf } from './cel-rules.ts';
import { layersOf, nodeOf, placesOf } from './schema-walk.ts';

const samplesOf = (schema: z.ZodType, numRuns = 300): unknown[] =>
  fc.sample(arbitraryOf(schema), { numRuns, seed: 1 });

/** How often there is a value at each path, and how often the object that could hold one has none. */
function tally(samples: readonly unknown[], schema: z.ZodType) {
  const present = new Map<string, unknown[]>();
  const absent = new Set<string>();
  const visit = (value: unknown, node: z.ZodType, path: string): void => {
    const values = present.get(path);
    if (values) values.push(value);
    else present.set(path, [value]);
    const seen = nodeOf(node, path);
    if (seen.kind === 'array') for (const item of value as unknown[]) visit(item, seen.items, `${path}[]`);
    if (seen.kind === 'record')
      for (const item of Object.values(value as object)) visit(item, seen.values, `${path}{}`);
    if (seen.kind !== 'object') return;
    for (const [name, member] of Object.entries(seen.members)) {
      const below = path === '' ? name : `${path}.${name}`;
      const found = (value as Record<string, unknown>)[name];
      if (found === undefined) absent.add(below);
      else visit(found, member, below);
    }
  };
  for (const sample of samples) visit(sample, schema, '');
  return { present, absent };
}

describe.each(kinds.map(({ type, spec }) => ({ kind: type.kind, spec })))('specs of $kind', ({ spec }) => {
  const samples = samplesOf(spec, 1000);
  const { present, absent } = tally(samples, spec);
  const places = placesOf(spec);

  it('are valid by the schema and by every CEL rule in it', () => {
    expect(samples.flatMap((sample) => spec.safeParse(sample).error ?? [])).toEqual([]);
    const broken = samples.flatMap((sample) => {
      const stored = spec.parse(sample);
      return [...tally([stored], spec).present].flatMap(([path, values]) => {
        const schema = path === '' ? spec : places.find((place) => place.path === path)?.schema;
        const rules = schema ? layersOf(schema).flatMap(rulesOf) : [];
        return rules.filter((rule) => values.some((value) => !keeps(rule, value)));
      });
    });
    expect(broken).toEqual([]);
  });

  it('reach every path of the schema, and leave out whatever may be left out', () => {
    expect(places.length).toBeGreaterThan(2);
    expect(places.filter(({ path }) => !present.has(path)).map(({ path }) => path)).toEqual([]);
    const optional = places.filter((place) => place.mayBeAbsent && !/[\]}]$/.test(place.path));
    // What a rule asks for is never absent, although the schema alone would let it be.
    const missing = optional.filter(({ path }) => !absent.has(path)).map(({ path }) => path);
    expect(missing).toEqual(missing.filter((path) => path === 'kernel'));
  });

  it('have every choice, and lists with none, where that may be, one and several items', () => {
    for (const { path, schema } of places) {
      const values = present.get(path) ?? [];
      const node = nodeOf(schema, path);
      if (node.kind === 'choice') expect([path, new Set(values)]).toEqual([path, new Set(node.values)]);
      if (node.kind === 'array') {
        const lengths = new Set((values as unknown[][]).map((list) => Math.min(2, list.length)));
        expect([path, lengths]).toEqual([
          path,
          new Set([0, 1, 2].filter((length) => length >= node.minimum)),
        ]);
      }
    }
  });
});

describe('what a schema says of', () => {
  it('lengths and bounds is kept, up to the bounds themselves', () => {
    const numbers = samplesOf(z.int32().min(3).max(5));
    expect(new Set(numbers)).toEqual(new Set([3, 4, 5]));
    const texts = samplesOf(z.string().min(1).max(2)) as string[];
    expect(new Set(texts.map((text) => [...text].length))).toEqual(new Set([1, 2]));
    const lists = samplesOf(z.array(z.boolean()).min(1).max(2)) as unknown[][];
    expect(new Set(lists.map(({ length }) => length))).toEqual(new Set([1, 2]));
  });

  it('lists that are sets or maps is kept: no item twice', () => {
    const items = z.array(z.object({ name: z.enum(['a', 'b']), size: z.int32() })).meta(listMap('name'));
    for (const list of samplesOf(items) as { name: string }[][])
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
    for (const list of samplesOf(z.array(z.boolean()).meta(listSet)) as boolean[][])
      expect(list.length).toBeLessThanOrEqual(2);
  });

  it('refinements is kept, on any level', () => {
    const schema = z.object({ low: z.int32(), high: z.int32() }).refine(({ low, high }) => low < high);
    for (const { low, high } of samplesOf(schema) as { low: number; high: number }[])
      expect(low).toBeLessThan(high);
  });

  it('unions and literals is kept: each of them comes', () => {
    const values = samplesOf(z.union([z.literal('Never'), z.int32().min(1).max(1)]));
    expect(new Set(values)).toEqual(new Set(['Never', 1]));
  });
});

it('other values for some places are those that were asked for', () => {
  const schema = z.object({ cpu: z.object({ cores: z.int32() }), names: z.array(z.string()) });
  const special = arbitraryOf(schema, {
    'cpu.cores': () => fc.constant(7),
    'names[]': (derived) => fc.oneof(fc.constant('known'), derived),
  });
  const samples = fc.sample(special, { numRuns: 200, seed: 1 });
  expect(new Set(samples.map(({ cpu }) => cpu.cores))).toEqual(new Set([7]));
  const names = new Set(samples.flatMap((sample) => sample.names));
  expect(names).toContain('known');
  expect(names.size).toBeGreaterThan(1);
});

it('a CEL rule that nobody has written down is an error that tells it', () => {
  const schema = z.object({ size: z.int32() }).meta(cel({ rule: 'self.size % 2 == 0' }));
  expect(() => samplesOf(schema)).toThrow('self.size % 2 == 0');
});

it('a type that no schema of the API may hold is an error that tells where', () => {
  expect(() => arbitraryOf(z.object({ at: z.date() }))).toThrow(
    "at: nobody has said how to make values of zod's type date",
  );
});
