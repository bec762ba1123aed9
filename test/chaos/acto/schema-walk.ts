import type { z } from 'zod';

/** A node of a schema of the API, without the wrappers that say that it may be left out. */
export type SchemaNode =
  | { kind: 'object'; members: Readonly<Record<string, z.ZodType>> }
  | { kind: 'array'; items: z.ZodType; minimum: number; maximum: number; keys: readonly string[] | undefined }
  | { kind: 'record'; names: z.ZodType; values: z.ZodType; minimum: number; maximum: number }
  | { kind: 'string'; patterns: readonly RegExp[]; minimum: number; maximum: number }
  | { kind: 'integer'; minimum: number; maximum: number }
  | { kind: 'choice'; values: readonly unknown[] }
  | { kind: 'union'; options: readonly z.ZodType[] };

/** As far as schemas of the API use zod; the definitions are public: https://zod.dev/packages/core. */
interface Definition {
  type: string;
  innerType: z.ZodType;
  shape: Record<string, z.ZodType>;
  element: z.ZodType;
  keyType: z.ZodType;
  valueType: z.ZodType;
  entries: Record<string, unknown>;
  values: unknown[];
  options: z.ZodType[];
  checks?: { _zod: { def: Check } }[];
}
interface Check {
  check: string;
  pattern?: RegExp;
  minimum?: number;
  maximum?: number;
  value?: number;
  inclusive?: boolean;
}

/** Whether a user may leave the value out: it is optional, or has a default. */
export function mayBeAbsent(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

/** The schema and those that it wraps, outermost first: each of them may carry rules. */
export function layersOf(schema: z.ZodType): readonly z.ZodType[] {
  const { type, innerType } = definitionOf(schema);
  return type === 'optional' || type === 'default' ? [schema, ...layersOf(innerType)] : [schema];
}

/** What the schema is. @throws Error for what no schema of the API may hold; it names `path` */
export function nodeOf(schema: z.ZodType, path: string): SchemaNode {
  const inner = layersOf(schema).at(-1) ?? schema;
  const definition = definitionOf(inner);
  const checks = (definition.checks ?? []).map((check) => check._zod.def);
  const meta = inner.meta() ?? {};
  switch (definition.type) {
    case 'object':
      return { kind: 'object', members: definition.shape };
    case 'array':
      return { kind: 'array', items: definition.element, keys: uniqueBy(meta), ...lengths(checks) };
    case 'record':
      return {
        ...{ kind: 'record', names: definition.keyType, values: definition.valueType, minimum: 0 },
        maximum: Number(meta['maxProperties'] ?? 64),
      };
    case 'string':
      return {
        ...{ kind: 'string', ...lengths(checks) },
        patterns: checks.flatMap(({ pattern }) => (pattern ? [pattern] : [])),
      };
    case 'number':
      return { kind: 'integer', ...range(checks) };
    case 'enum':
      return { kind: 'choice', values: Object.values(definition.entries) };
    case 'literal':
      return { kind: 'choice', values: definition.values };
    case 'boolean':
      return { kind: 'choice', values: [false, true] };
    case 'union':
      return { kind: 'union', options: definition.options };
    default:
      throw new Error(`${path}: nobody has said how to make values of zod's type ${definition.type}`);
  }
}

/**
 * All places of values below the schema: `cpu.cores`, `interfaces[].name`, `matchLabels{}`. `mayBeAbsent` says so of a
 * member of an object.
 */
export function placesOf(
  schema: z.ZodType,
  path = '',
): { path: string; mayBeAbsent: boolean; schema: z.ZodType }[] {
  const node = nodeOf(schema, path);
  const below = (child: z.ZodType, childPath: string) => [
    { path: childPath, mayBeAbsent: mayBeAbsent(child), schema: child },
    ...placesOf(child, childPath),
  ];
  switch (node.kind) {
    case 'object':
      return Object.entries(node.members).flatMap(([name, member]) => below(member, memberPath(path, name)));
    case 'array':
      return below(node.items, `${path}[]`);
    case 'record':
      return below(node.values, `${path}{}`);
    case 'union':
      return node.options.flatMap((option) => placesOf(option, path));
    default:
      return [];
  }
}

export function memberPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

function lengths(checks: readonly Check[]) {
  return {
    minimum: Math.max(0, ...checks.flatMap(({ minimum }) => minimum ?? [])),
    maximum: Math.min(4096, ...checks.flatMap(({ maximum }) => maximum ?? [])),
  };
}

/** Numbers of the API are 32 bits wide. */
function range(checks: readonly Check[]) {
  const bounds = (kind: string) =>
    checks.flatMap(({ check, value = 0, inclusive }) => (check === kind ? [{ value, inclusive }] : []));
  return {
    minimum: Math.max(
      -(2 ** 31),
      ...bounds('greater_than').map(({ value, inclusive }) => (inclusive ? value : value + 1)),
    ),
    maximum: Math.min(
      2 ** 31 - 1,
      ...bounds('less_than').map(({ value, inclusive }) => (inclusive ? value : value - 1)),
    ),
  };
}

/** By what the items of a list may not be the same: some of their members, none for the whole item. */
function uniqueBy(meta: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  if (meta['x-kubernetes-list-type'] === 'set') return [];
  return meta['x-kubernetes-list-map-keys'] as string[] | undefined;
}
