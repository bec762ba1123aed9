import fc from 'fast-check';
import type { z } from 'zod';
import { keeps, rulesOf } from './cel-rules.ts';
import { layersOf, mayBeAbsent, memberPath, nodeOf, type SchemaNode } from './schema-walk.ts';

/** Other values for some places, from those that the schema alone would give; by path, as `placesOf` writes it. */
export type Specialities = Readonly<
  Record<string, (derived: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>>
>;

/**
 * Every value that users may write by the schema and by the CEL rules in it, as the API server would take it: what is
 * optional or has a default may be left out. Values shrink to what is short and has little in it.
 * @throws Error for what no schema of the API may hold, and for a CEL rule that `cel-rules.ts` does not know
 */
export function arbitraryOf<Schema extends z.ZodType>(
  schema: Schema,
  specialities: Specialities = {},
): fc.Arbitrary<z.input<Schema>> {
  return at(schema, '', specialities) as fc.Arbitrary<z.input<Schema>>;
}

function at(schema: z.ZodType, path: string, specialities: Specialities): fc.Arbitrary<unknown> {
  const derived = valuesOf(nodeOf(schema, path), path, specialities);
  const chosen = specialities[path]?.(derived) ?? derived;
  const layers = layersOf(schema);
  const rules = layers.flatMap(rulesOf);
  const hasChecks = layers.some((layer) => (layer.def as { checks?: unknown[] }).checks !== undefined);
  if (rules.length === 0 && !hasChecks) return chosen;
  return chosen.filter((value) => {
    const { success, data } = schema.safeParse(value);
    return success && rules.every((rule) => keeps(rule, data));
  });
}

function valuesOf(node: SchemaNode, path: string, specialities: Specialities): fc.Arbitrary<unknown> {
  switch (node.kind) {
    case 'object':
      return objects(node.members, path, specialities);
    case 'array':
      return lists(node, at(node.items, `${path}[]`, specialities));
    case 'record':
      return fc.dictionary(
        at(node.names, `${path}{key}`, specialities) as fc.Arbitrary<string>,
        at(node.values, `${path}{}`, specialities),
        {
          maxKeys: node.maximum,
          noNullPrototype: true,
        },
      );
    case 'string':
      return texts(node);
    case 'integer':
      return fc.integer({ min: node.minimum, max: node.maximum });
    case 'choice':
      return fc.constantFrom(...node.values);
    case 'union':
      return fc.oneof(...node.options.map((option) => at(option, path, specialities)));
  }
}

function objects(
  members: Readonly<Record<string, z.ZodType>>,
  path: string,
  specialities: Specialities,
): fc.Arbitrary<unknown> {
  const all = Object.entries(members);
  return fc.record(
    Object.fromEntries(all.map(([name, member]) => [name, at(member, memberPath(path, name), specialities)])),
    {
      requiredKeys: all.flatMap(([name, member]) => (mayBeAbsent(member) ? [] : [name])),
      noNullPrototype: true,
    },
  );
}

function lists(
  { minimum, maximum, keys }: Extract<SchemaNode, { kind: 'array' }>,
  items: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const length = { minLength: minimum, maxLength: maximum };
  if (!keys) return fc.array(items, length);
  const identity = (item: unknown) =>
    JSON.stringify(keys.length === 0 ? item : keys.map((key) => (item as Record<string, unknown>)[key]));
  return fc.uniqueArray(items, { ...length, selector: identity });
}

/** Without pattern all of Unicode that JSON can carry. */
function texts({
  patterns,
  minimum,
  maximum,
}: Extract<SchemaNode, { kind: 'string' }>): fc.Arbitrary<string> {
  const [pattern] = patterns;
  if (pattern) return fc.stringMatching(pattern, { maxLength: maximum });
  return fc.string({ minLength: minimum, maxLength: maximum, unit: 'binary' });
}
