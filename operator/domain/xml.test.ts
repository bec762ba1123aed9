import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { child, descendant, element, readXml, writeXml } from './xml.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot carry them
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const anyText = fc.string({ unit: 'grapheme' }).filter((text) => !unwritable.test(text));

describe('writing and reading XML', () => {
  it('gives back any text and attribute', () => {
    fc.assert(
      fc.property(anyText, anyText, (attribute, text) => {
        const read = readXml(writeXml(element('a', { b: attribute }, ...(text ? [text] : []))));
        expect(read.attributes.get('b')).toBe(attribute);
        expect(read.text).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['\r\n', '\ta\n', ' a ', ']]>', '&amp;', '&#38;', '<!--', `"'`])('keeps %j', (text) => {
    const read = readXml(writeXml(element('a', { b: text }, text)));
    expect([read.attributes.get('b'), read.text]).toEqual([text, text]);
  });

  it('indents elements, but adds nothing to text', () => {
    const xml = writeXml(
      element('a', {}, element('b', { c: 1, d: undefined }), element('e', {}, 'x', element('f'))),
    );
    expect(xml).toBe('<a>\n  <b c="1"/>\n  <e>x<f/></e>\n</a>');
  });

  it.each(['\u0000', '\u001b', '\u000b', '\ufffe', '\ud800'])(
    'refuses %j and says where it is',
    (character) => {
      expect(() => writeXml(element('os', {}, element('cmdline', {}, `a${character}`)))).toThrow(
        /^cmdline holds the character U\+/,
      );
      expect(() => writeXml(element('source', { bridge: character }))).toThrow(/^source\/@bridge holds/);
    },
  );
});

describe('readXml', () => {
  it('reads references, CDATA, comments and both kinds of quotes as XML means them', () => {
    const root = readXml(
      `<?xml version='1.0'?><!-- x --><a b='"&#x41;&#66;&lt;'>1&amp;<!-- 2 --><![CDATA[&amp;]]><c/> 3</a>`,
    );
    expect(root.attributes.get('b')).toBe('"AB<');
    expect(root.text).toBe('1&&amp; 3');
    expect(root.children.map(({ name }) => name)).toEqual(['c']);
  });

  it('keeps numbers, repeated elements and their order as they are', () => {
    const root = readXml('<a><b>007</b><c/><b>1e3</b></a>');
    expect(root.children.map(({ name, text }) => `${name}${text}`)).toEqual(['b007', 'c', 'b1e3']);
    expect(descendant(root, 'b')?.text).toBe('007');
    expect(descendant(root, 'x', 'y')).toBeUndefined();
  });

  it('expands no entities', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY x "xxxxxxxx"><!ENTITY y "&x;&x;">]><a>&y;</a>';
    expect(() => readXml(bomb)).toThrow('document type');
    expect(readXml('<a>&unknown;</a>').text).toBe('&unknown;');
  });

  it('is not confused by names that JavaScript objects have', () => {
    const root = readXml(
      '<a __proto__="1" constructor="2"><constructor/><__proto__ toString="3"><b/></__proto__></a>',
    );
    expect(root.attributes.get('__proto__')).toBe('1');
    expect(root.children.map(({ name }) => name)).toEqual(['constructor', '__proto__']);
    expect(child(child(root, '__proto__'), 'b')).toBeDefined();
    expect(({} as Record<string, unknown>)['b']).toBeUndefined();
  });

  it.each(['', 'text', '<a>', '<a></b>', '<a/><b/>', '<a b="1" b="2"/>', '<a>&</a>'])('refuses %j', (xml) => {
    expect(() => readXml(xml)).toThrow(expect.objectContaining({ name: 'XmlError' }));
  });

  it('never throws anything but XmlError', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'<>/=&;"\'ab!-[]? ')).map((parts) => parts.join('')),
        (xml) => {
          try {
            readXml(xml);
          } catch (error) {
            expect(error).toMatchObject({ name: 'XmlError' });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
