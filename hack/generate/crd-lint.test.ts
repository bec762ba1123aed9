import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conditions, listMap } from '../../operator/api/common.ts';
import { type Kind, kinds } from '../../operator/api/kinds.ts';
import { crdOf } from './crd.ts';
import { lintCrd } from './crd-lint.ts';

const [anyKind] = kinds;

/** Rules that a kind with this one field in its spec breaks. */
function broken(name: string, schema: z.ZodType, status: z.ZodType = z.object({ conditions })): string[] {
  const kind = { ...anyKind, spec: z.object({ [name]: schema }), status, rules: [] } as Kind;
  return lintCrd(crdOf(kind)).map(({ rule, path }) => `${rule} ${path.replace(/^\w+\./, '')}`);
}

const text = z.string().max(9).describe('Text.');

describe.each(kinds.map((kind) => [kind.type.kind, kind] as const))('%s', (_name, kind) => {
  it('keeps the API conventions', () => {
    expect(lintCrd(crdOf(kind))).toEqual([]);
  });

  it('has a description of its own and on every field', () => {
    expect(kind.description).toMatch(/^[A-Z].*\.$/);
    expect(lintCrd(crdOf(kind)).filter(({ rule }) => rule === 'Descriptions')).toEqual([]);
  });

  it('has printer columns with names of their own, Ready first if it can be, and Age last', () => {
    const names = kind.columns.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.indexOf('Ready')).toBe(kind.conditions.includes('Ready') ? 0 : -1);
    expect(names.at(-1)).toBe('Age');
  });
});

describe('lintCrd', () => {
  it.each([
    ['Descriptions', 'name', z.string().max(9)],
    ['DescriptionForm', 'name', z.string().max(9).describe('lower case')],
    ['MaxLength', 'name', z.string().describe('Text.')],
    ['MaxItems', 'names', z.array(text).meta({ 'x-kubernetes-list-type': 'set' }).describe('List.')],
    ['SSATags', 'names', z.array(text).max(9).describe('List.')],
    [
      'SSATags',
      'names',
      z
        .array(z.object({ name: text.optional() }))
        .max(9)
        .meta(listMap('name'))
        .describe('List.'),
    ],
    ['NoBools', 'enabled', z.boolean().describe('Whether.')],
    ['NoMaps', 'sizes', z.record(z.string(), text).meta({ maxProperties: 9 }).describe('Map.')],
    ['MaxProperties', 'labels', z.record(z.string(), text).describe('Map.')],
    ['NoPhase', 'phase', text],
    ['NoDurations', 'timeout', z.int32().describe('Time.')],
    ['NoTimestamp', 'startTimestamp', text],
    ['NamingConventions', 'Name', text],
    ['NoReferences', 'hostReference', text],
    ['Enums', 'mode', z.enum(['fast']).describe('Mode.')],
  ])('finds a breach of %s in %s', (rule, name, schema) => {
    expect(broken(name, schema)).toContain(`${rule} spec.${name}`);
  });

  it('finds conditions that are no list map', () => {
    expect(broken('name', text, z.object({}))).toEqual(['Conditions status.conditions']);
  });

  it('finds nothing in what keeps the conventions', () => {
    expect(broken('name', text)).toEqual([]);
  });
});
