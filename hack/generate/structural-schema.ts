import { z } from 'zod';
import { type CelRule, patternMessage } from '../../operator/api/common.ts';

/** A node of a structural schema: the subset of OpenAPI 3.0 that a CRD may hold. */
export interface StructuralSchema {
  type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  format?: string;
  default?: unknown;
  enum?: string[];
  properties?: Record<string, StructuralSchema>;
  required?: string[];
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  'x-kubernetes-validations'?: CelRule[];
  [keyword: string]: unknown;
}

/** A schema uses what a CRD cannot hold; the message names the path and what to write in its place. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly path: string;

  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.path = path;
  }
}

type Node = Record<string, unknown>;

/**
 * Keywords that pass as they are, in the order in which they are written. All else is an error, so that a new release
 * of zod cannot slip in what the API server drops or refuses.
 */
const keywords = [
  ...['type', 'format', 'description', 'default', 'enum', 'pattern', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'multipleOf', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
  ...['required', 'properties', 'additionalProperties', 'items'],
];

/** What to write in place of a construct whose JSON Schema is not structural. */
const forbidden: Readonly<Record<string, string>> = {
  anyOf: 'a union is not structural; use one object with an enum that discriminates, and CEL rules',
  oneOf: 'a union is not structural; use one object with an enum that discriminates, and CEL rules',
  allOf: 'an intersection is not structural; extend one object',
  not: 'a negation is not structural; use a CEL rule',
  $ref: 'a reference is not structural; remove .meta({ id }) and recursion',
  nullable: 'null is no value in this API; use .optional()',
  propertyNames: 'names of a record cannot be checked by schema; use z.string() for them and a CEL rule',
  prefixItems: 'a tuple is not structural; use an object',
};

/**
 * The schema of what a user writes (defaults are optional) as a CRD takes it.
 * @throws SchemaError naming `path` and what below it cannot be expressed.
 */
export function structuralSchema(schema: z.ZodType, path: string): StructuralSchema {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any', // leaves a node without type, whose error below names the path
  });
  return toStructural(json as Node, path);
}

/** The same for JSON Schema that zod has written. */
export function toStructural(node: Node, path: string): StructuralSchema {
  const known = { ...node };
  delete known['$schema'];
  delete known['~standard'];
  refuse(known, path);
  const ruled = ruleForPattern(known, path);
  const typed = ruled['type'] === 'integer' ? integer(ruled) : ruled;
  return inOrder(withChildren(typed, path)) as StructuralSchema;
}

function refuse(node: Node, path: string): void {
  for (const keyword of Object.keys(node)) {
    const advice = forbidden[keyword];
    if (advice) throw new SchemaError(path, advice);
    const passes =
      keywords.includes(keyword) || keyword.startsWith('x-kubernetes-') || keyword === patternMessage;
    if (!passes) throw new SchemaError(path, `keyword ${keyword} is unknown to CRDs`);
  }
  if (node['type'] === undefined)
    throw new SchemaError(path, 'has no type; z.any() and z.unknown() are not structural');
  if (node['type'] === 'number')
    throw new SchemaError(path, 'floating point is lossy; use z.int32() or a quantity');
  if (node['properties'] !== undefined && node['additionalProperties'] !== undefined) {
    throw new SchemaError(path, 'CRDs refuse additionalProperties beside properties; use z.object()');
  }
}

/** A pattern with a message becomes a CEL rule; zod's own of date-time goes, as the format says it all. */
function ruleForPattern({ [patternMessage]: message, ...node }: Node, path: string): Node {
  const source = node['pattern'];
  if (typeof source !== 'string') return node;
  const { pattern: _, ...rest } = node;
  if (node['format'] === 'date-time') return rest;
  const pattern = source.replaceAll('\\/', '/');
  if (typeof message !== 'string') return { ...rest, pattern };
  if (pattern.includes("'")) throw new SchemaError(path, `pattern ${pattern} must not hold a quotation mark`);
  const rules = (node['x-kubernetes-validations'] ?? []) as CelRule[];
  return {
    ...rest,
    'x-kubernetes-validations': [{ rule: `self.matches(r'${pattern}')`, message }, ...rules],
  };
}

/** Bounds that only repeat the format go: the API server checks the range of int32 and int64 itself. */
function integer({ minimum, maximum, ...node }: Node): Node {
  const low = typeof minimum === 'number' && minimum !== Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const high = typeof maximum === 'number' && maximum !== Number.MAX_SAFE_INTEGER ? maximum : undefined;
  const is32 = high !== undefined && high <= 2 ** 31 - 1 && (low ?? -(2 ** 31)) >= -(2 ** 31);
  return {
    ...node,
    format: is32 ? 'int32' : 'int64',
    ...(low === undefined || low === -(2 ** 31) ? {} : { minimum: low }),
    ...(high === undefined || high === 2 ** 31 - 1 ? {} : { maximum: high }),
  };
}

function withChildren(node: Node, path: string): Node {
  const { properties, items, additionalProperties } = node;
  return {
    ...node,
    ...(isNode(properties) ? { properties: mapProperties(properties, path) } : {}),
    ...(isNode(items) ? { items: toStructural(items, `${path}[]`) } : {}),
    ...(isNode(additionalProperties)
      ? { additionalProperties: toStructural(additionalProperties, `${path}{}`) }
      : {}),
  };
}

function mapProperties(properties: Node, path: string): Node {
  return Object.fromEntries(
    Object.entries(properties).map(([name, child]) => [name, toStructural(child as Node, `${path}.${name}`)]),
  );
}

function inOrder(node: Node): Node {
  const rank = (keyword: string) =>
    (keywords.indexOf(keyword) + 1 || keywords.indexOf('required') + 0.5) as number;
  return Object.fromEntries(Object.entries(node).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
