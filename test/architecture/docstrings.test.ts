import { procedures } from 'node-libvirt';
import { Project } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { type PublicExport, publicApi } from '../../hack/generate/node-libvirt/public-api.ts';
import { undescribed, unnamed } from './docstrings.ts';

const procedureNames = new Set(Object.keys(procedures));

describe('what node-libvirt exports', () => {
  const api = publicApi();

  it('is read', () => {
    expect(api.map(({ name }) => name)).toEqual(expect.arrayContaining(['openHypervisor', 'FakeServer']));
    expect(api.length).toBeGreaterThan(80);
  });

  it('has a docstring, if it is a function or a class, and so has every public method', () => {
    expect(undescribed(api)).toEqual([]);
  });

  it("names libvirt's function, if it is of the facade and makes a call", () => {
    expect(
      unnamed(
        api.filter(({ path }) => path.startsWith('facade/')),
        procedureNames,
      ),
    ).toEqual([]);
  });
});

/** The exports of one file with this text. */
function apiOf(text: string): PublicExport[] {
  const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { noLib: true } });
  // On the line of a brace, a comment would belong to the brace.
  const file = project.createSourceFile('x.ts', text.replaceAll('/**', '\n/**'));
  return [...file.getExportedDeclarations()].map(([name, declarations]) => ({
    ...{ name, declarations, entry: 'node-libvirt', path: 'x.ts' },
  }));
}

describe('a docstring is missing', () => {
  it.each([
    ['a function', 'export function f() {}', ['f (x.ts)']],
    ['a class', 'export class C {}', ['C (x.ts)']],
    ['a method', '/** A. */ export class C { m() {} }', ['C.m (x.ts)']],
    [
      'a method of a symbol',
      '/** A. */ export class C { [Symbol.asyncDispose]() {} }',
      ['C.[Symbol.asyncDispose] (x.ts)'],
    ],
    ['a method with an empty one', '/** A. */ export class C { /** */ m() {} }', ['C.m (x.ts)']],
    ['nothing of private methods', '/** A. */ export class C { #m() {} private n() {} _read() {} }', []],
    ['nothing of what is not exported', 'function f() {} class C {}', []],
    ['nothing of types and constants', 'export type T = 1; export const c = 1;', []],
  ])('of %s', (_what, text, places) => {
    expect(undescribed(apiOf(text))).toEqual(places);
  });
});

describe("libvirt's name is missing", () => {
  const call = "this.x.call('domainReset', {})";
  it.each([
    ['a method that makes a call', `export class C { /** A. */ m() { ${call}; } }`, ['C.m (x.ts)']],
    ['a call by whatever helper', "export class C { /** A. */ m() { ask('domainReset'); } }", ['C.m (x.ts)']],
    [
      'one with a docstring that tells of libvirt only',
      `export class C { /** As libvirt: does. */ m() { ${call}; } }`,
      ['C.m (x.ts)'],
    ],
    [
      'a call by a private method',
      `export class C { /** A. */ m() { this.#n(); } #n() { ${call}; } }`,
      ['C.m (x.ts)'],
    ],
    [
      'a call by a function',
      `export class C { /** A. */ m() { f(); } } function f() { g(); } function g() { ${call}; }`,
      ['C.m (x.ts)'],
    ],
    ['a function', `/** A. */ export function f() { ${call}; }`, ['f (x.ts)']],
    [
      'nothing of who calls public methods',
      `export class C { /** A (libvirt: virDomainReset). */ m() { ${call}; } /** A. */ n() { this.m(); } }`,
      [],
    ],
    [
      'nothing of one that is named',
      `export class C { /** A (libvirt: virDomainReset). */ m() { ${call}; } }`,
      [],
    ],
    ['nothing of who makes no call', "export class C { /** A. */ m() { f('other'); } }", []],
  ])('of %s', (_what, text, places) => {
    expect(unnamed(apiOf(text), procedureNames)).toEqual(places);
  });
});
