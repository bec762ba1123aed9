import { procedures } from 'node-libvirt';
import { type Node, Project } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { docstringOf } from './docstring.ts';
import { memberName, publicApi, publicMembers } from './public-api.ts';
import { areaOf, nodeLibvirtReference } from './reference.ts';
import { signatureOf } from './signature.ts';

/** The first declaration that a text exports. */
function exported(text: string): Node {
  const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { noLib: true } });
  const [[first] = []] = project.createSourceFile('x.ts', text).getExportedDeclarations().values();
  if (!first) throw new Error('nothing is exported');
  return first;
}

/** The only member that a class with this text has. */
function member(text: string): Node {
  const [only] = publicMembers(exported(`export class C {\n  ${text}\n}`));
  if (!only) throw new Error('there is no public member');
  return only;
}

describe('a signature', () => {
  it.each([
    ['async start(flags = 0): Promise<void> { await 1; }', 'start(flags = 0): Promise<void>'],
    ['override run(): void {}', 'run(): void'],
    ['get size(): number { return 1; }', 'get size(): number'],
    ['readonly peers: string[] = [];', 'readonly peers: string[]'],
    ['readonly retryable = false;', 'readonly retryable = false;'],
    ['call<N extends string>(\n    name: N,\n  ): void {}', 'call<N extends string>(\n  name: N,\n): void'],
    ['constructor(path: string) {}', 'constructor(path: string)'],
  ])('of the member %s is what it promises', (text, signature) => {
    expect(signatureOf(member(text))).toBe(signature);
  });

  it.each([
    ['export async function f(a: 1): Promise<1> { return a; }', 'function f(a: 1): Promise<1>'],
    ['export abstract class A<T> extends B implements C { m() {} }', 'class A<T> extends B implements C'],
    ['export const flags = { A: 1 } as const;', 'const flags = { A: 1 } as const'],
    ['export const clock: Clock = { now: () => 1 };', 'const clock: Clock'],
    ['export type T =\n  | 1\n  | 2;', 'type T =\n  | 1\n  | 2;'],
    ['export interface I {\n  /** In ms. */\n  a: 1;\n}', 'interface I {\n  /** In ms. */\n  a: 1;\n}'],
  ])('of %s is what it promises', (text, signature) => {
    expect(signatureOf(exported(text))).toBe(signature);
  });

  it('of a large constant is its beginning', () => {
    const lines = signatureOf(exported(`export const c = [\n${'  1,\n'.repeat(200)}];`)).split('\n');
    expect(lines).toHaveLength(81);
    expect(lines.at(-1)).toBe('  …');
  });
});

describe('a docstring', () => {
  it('is Markdown: whole paragraphs, and no tag of HTML but in code', () => {
    const text =
      '/**\n * The `<disk>` of\n * a <domain>.\n *\n * More:\n * - one\n * - two\n */\nexport class C {}';
    expect(docstringOf(exported(text))).toEqual({
      text: 'The `<disk>` of a &lt;domain>.\n\nMore:\n- one\n- two',
      tags: [],
    });
  });

  it('has its tags, with names of parameters', () => {
    const text =
      '/**\n * Does.\n * @param a in\n *   bytes\n * @throws Error\n */\nexport function f(a: 1) {}';
    const tags = [
      { name: 'param', text: '`a`: in bytes' },
      { name: 'throws', text: 'Error' },
    ];
    expect(docstringOf(exported(text))).toEqual({ text: 'Does.', tags });
  });

  it('of a constant is the one above its statement, and what has none has none', () => {
    expect(docstringOf(exported('/** One. */\nexport const one = 1;'))?.text).toBe('One.');
    expect(docstringOf(exported('export const one = 1;'))).toBeUndefined();
  });
});

describe('the members of a class', () => {
  it('are what its users see', () => {
    const text = 'constructor() {} a = 1; #b = 1; private c = 1; protected d() {} _write() {} static e() {}';
    const names = publicMembers(exported(`export class C { ${text} static {} get f() { return 1; } }`));
    expect(names.map(memberName)).toEqual(['constructor', 'a', 'e', 'f']);
  });
});

describe('the reference of node-libvirt', () => {
  const pages = nodeLibvirtReference();

  it('has a heading and a line in its index for everything that is exported', () => {
    const index = pages.get('README.md');
    for (const { name, path } of publicApi()) {
      expect(pages.get(`${areaOf(path)}.md`)).toContain(`\n## ${name}\n`);
      expect(index).toContain(`| [${name}](${areaOf(path)}.md#${name.toLowerCase()}) |`);
    }
  });

  it('tells of a method what it promises, its code, and what libvirt calls it', () => {
    const text =
      '### HypervisorConnection.defineXml\n\nDefines a domain or changes its definition (libvirt: virDomainDefineXMLFlags).';
    expect(pages.get('hypervisor.md')).toContain(text);
    expect(pages.get('hypervisor.md')).toContain(
      '\ndefineXml(xml: string, options: FlaggedOptions<typeof DefineFlag> = {})',
    );
  });

  it('has only links that lead somewhere', () => {
    for (const [name, text] of pages) {
      for (const [, page = '', anchor] of text.matchAll(/\]\(([\w-]*(?:\.md)?)(?:#([\w-]+))?\)/g)) {
        const target = pages.get(page || name) ?? '';
        const headings = [...target.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase());
        expect(target, `${name} leads to ${page}`).not.toBe('');
        if (anchor) expect(headings, `${name} leads to ${page}#${anchor}`).toContain(anchor);
      }
    }
  });

  it('has a row for every procedure, with its number', () => {
    const rows = pages.get('procedures.md')?.matchAll(/^\| `(\w+)` \| \w+ \| (\d+) \|/gm) ?? [];
    const numbers = Object.fromEntries([...rows].map(([, name = '', number]) => [name, Number(number)]));
    expect(numbers).toEqual(
      Object.fromEntries(Object.entries(procedures).map(([name, { number }]) => [name, number])),
    );
  });
});

describe('an area', () => {
  it.each([
    ['errors.ts', 'errors'],
    ['connection/byte-stream.ts', 'connection'],
    ['facade/domain.ts', 'domain'],
    ['facade/domain/disk.ts', 'domain'],
  ])('of %s is %s', (path, area) => {
    expect(areaOf(path)).toBe(area);
  });
});
