import type { Crd } from './crd.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** A breach of one of the API conventions; `rule` is the name that kube-api-linter has for it, where it has one. */
export interface Finding {
  path: string;
  rule: string;
  message: string;
}

interface Field {
  path: string;
  name: string;
  schema: StructuralSchema;
  parent: StructuralSchema;
}

type Rule = (field: Field) => string | undefined | false;

/**
 * Fields that break a rule with a reason. `unschedulable` is the word and type that Nodes have; maps are labels only,
 * which Kubernetes itself has as maps.
 */
const exempt: Readonly<Record<string, readonly RegExp[]>> = {
  NoBools: [/^Host\.spec\.unschedulable$/],
  NoMaps: [/\.(matchLabels|labels)$/],
};

const isList = ({ schema }: Field) => schema.type === 'array';

/** The rules of kube-api-linter that a CRD can be checked by, and those of the project. */
const rules: Readonly<Record<string, Rule>> = {
  Descriptions: ({ schema, name }) =>
    name !== '[]' && name !== '{}' && !schema.description && 'has no description',
  DescriptionForm: ({ schema }) =>
    schema.description !== undefined &&
    !/^[A-Z].*\.$/s.test(schema.description) &&
    'description is no sentence with a full stop',
  MaxLength: ({ schema }) =>
    schema.type === 'string' &&
    !schema.enum &&
    schema.format !== 'date-time' &&
    schema['maxLength'] === undefined &&
    'string has no maxLength',
  MaxItems: (field) => isList(field) && field.schema['maxItems'] === undefined && 'list has no maxItems',
  MaxProperties: ({ schema }) =>
    schema.additionalProperties !== undefined &&
    schema['maxProperties'] === undefined &&
    'map has no maxProperties',
  SSATags: (field) => isList(field) && listType(field.schema),
  Integers: ({ schema }) =>
    schema.type === 'integer' && !/^int(32|64)$/.test(schema.format ?? '') && 'integer has no format',
  NoBools: ({ schema }) => schema.type === 'boolean' && 'a bool cannot grow a third value; use an enum',
  NoMaps: ({ schema }) => schema.additionalProperties !== undefined && 'a map; use a list of named objects',
  NoPhase: ({ name }) => /phase$/i.test(name) && 'a phase; use conditions',
  NoNullable: ({ schema }) => schema['nullable'] !== undefined && 'nullable; leave the field out',
  NoDurations: ({ name, schema }) =>
    /(timeout|period|interval|duration|delay)$/i.test(name) &&
    schema.type !== 'object' &&
    'has no unit in its name',
  NoTimestamp: ({ name }) => /timestamp$/i.test(name) && 'names a time …Timestamp; use …Time or since',
  NamingConventions: ({ name }) =>
    !/^([a-z][A-Za-z0-9]*|\[\]|\{\})$/.test(name) && 'is not camelCase with a small first letter',
  NoReferences: ({ name }) => /reference$/i.test(name) && 'is named …Reference; use …Ref',
  Enums: ({ schema }) =>
    (schema.enum ?? []).some((value) => !/^[A-Z][A-Za-z]*$|^(cpu|memory)$|^[0-9]+[KMGT]i$/.test(value)) &&
    'has a value not in CamelCase',
  RequiredDefault: ({ name, schema, parent }) =>
    (parent.required ?? []).includes(name) && schema.default !== undefined && 'is required and has a default',
};

/** All findings in a CRD, in the order of its fields. */
export function lintCrd(crd: Crd): Finding[] {
  const [version] = crd.spec.versions;
  const root = version.schema.openAPIV3Schema;
  const fields = ['spec', 'status'].flatMap((part) => {
    const schema = root.properties?.[part];
    return schema
      ? fieldsOf({ path: `${crd.spec.names.kind}.${part}`, name: part, schema, parent: root })
      : [];
  });
  return [...fields.flatMap(lintField), ...lintConditions(crd, root)];
}

function lintField(field: Field): Finding[] {
  return Object.entries(rules).flatMap(([rule, check]) => {
    if (exempt[rule]?.some((pattern) => pattern.test(field.path))) return [];
    const message = check(field);
    return message ? [{ path: field.path, rule, message }] : [];
  });
}

function listType(schema: StructuralSchema): string | undefined {
  const type = schema['x-kubernetes-list-type'];
  if (type === undefined) return 'list has no x-kubernetes-list-type';
  const keys = schema['x-kubernetes-list-map-keys'];
  if (type !== 'map') return keys === undefined ? undefined : 'list-map-keys on a list that is no map';
  const required = schema.items?.required ?? [];
  const bad = Array.isArray(keys) ? keys.filter((key) => !required.includes(key)) : ['(none)'];
  return bad.length > 0 ? `list map key ${bad.join(', ')} is not required in its items` : undefined;
}

/** A kind about which there is nothing to tell has no status at all. */
function lintConditions(crd: Crd, root: StructuralSchema): Finding[] {
  const status = root.properties?.['status'];
  if (!status) return [];
  const conditions = status.properties?.['conditions'];
  const keys = JSON.stringify(conditions?.['x-kubernetes-list-map-keys']);
  const path = `${crd.spec.names.kind}.status.conditions`;
  return keys === '["type"]' ? [] : [{ path, rule: 'Conditions', message: 'is no list map keyed by type' }];
}

function fieldsOf(field: Field): Field[] {
  const { path, schema } = field;
  const children = [
    ...Object.entries(schema.properties ?? {}).map(([name, child]) => ({
      name,
      child,
      at: `${path}.${name}`,
    })),
    ...(schema.items ? [{ name: '[]', child: schema.items, at: `${path}[]` }] : []),
    ...(schema.additionalProperties
      ? [{ name: '{}', child: schema.additionalProperties, at: `${path}{}` }]
      : []),
  ];
  return [
    field,
    ...children.flatMap(({ name, child, at }) => fieldsOf({ path: at, name, schema: child, parent: schema })),
  ];
}
