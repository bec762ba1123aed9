import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatXml } from './xml-text.ts';
import {
  childOf,
  childText,
  elementsOf,
  parseXml,
  textOf,
  type XmlElement,
  XmlSyntaxError,
} from './xml-tree.ts';

describe('parseXml', () => {
  it('reads elements, attributes in either quotes, and text', () => {
    const root = parseXml(`<a one='1' two="it's"><b/> text <c:d x = 'y' >z</c:d></a>`);
    expect(root).toEqual({
      name: 'a',
      attributes: { one: '1', two: "it's" },
      children: [
        { name: 'b', attributes: {}, children: [] },
        ' text ',
        { name: 'c:d', attributes: { x: 'y' }, children: ['z'] },
      ],
    });
  });

  it('leaves out declarations, comments and doctypes, and takes CDATA as it is', () => {
    const root = parseXml(
      `<?xml version='1.0'?><!DOCTYPE a>\n<!-- <x> --><a><!-- y --><![CDATA[<&>]]></a>\n`,
    );
    expect(root.children).toEqual(['<&>']);
  });

  it('resolves entities', () => {
    expect(textOf(parseXml('<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;</a>'))).toBe(`<>&"'A😀`);
    expect(parseXml(`<a b='&lt;&#39;'/>`).attributes).toEqual({ b: "<'" });
  });

  it.each([
    ...['', ' ', 'text', '<a', '<a>', '</a>', '<a></b>', '<a><b></a></b>', '<a/><b/>', '<a/>text', '<a b/>'],
    ...['<a b=c/>', '<a>&nbsp;</a>', '<a>&lt</a>', '<a>& b</a>', '<a><</a>', '<!-- <a/>', "<a b='<'/>"],
  ])('refuses what is not well-formed: %s', (text) => {
    expect(() => parseXml(text)).toThrow(XmlSyntaxError);
  });
});

describe('looking into an element', () => {
  const root = parseXml('<a><b> first </b><b>second</b><c/>text</a>');

  it('finds children by name', () => {
    expect(elementsOf(root).map(({ name }) => name)).toEqual(['b', 'b', 'c']);
    expect(childOf(root, 'b')?.children).toEqual([' first ']);
    expect(childOf(root, 'x')).toBeUndefined();
    expect(childText(root, 'b')).toBe('first');
    expect(childText(root, 'c')).toBeUndefined();
    expect(childText(root, 'x')).toBeUndefined();
  });
});

describe('formatXml', () => {
  it('gives elements lines of their own, and leaves text where it is', () => {
    const root = parseXml(`<a><b x='1'><c/></b> <d>text</d><e>mixed <f/> text</e></a>`);
    expect(formatXml(root)).toBe(
      "<a>\n  <b x='1'>\n    <c/>\n  </b>\n  <d>text</d>\n  <e>mixed <f/> text</e>\n</a>",
    );
    expect(formatXml(root, '"', '  ')).toMatch(/^ {2}<a>\n {4}<b x="1">/);
  });

  const name = fc.stringMatching(/^[a-z]{1,4}$/);
  const text = fc.string().filter((value) => value.trim() !== '' && !value.includes('\0'));
  const element: fc.Arbitrary<XmlElement> = fc.letrec<{ element: XmlElement }>((tie) => ({
    element: fc.record({
      name,
      attributes: fc.dictionary(name, fc.string(), { maxKeys: 3, noNullPrototype: true }),
      children: fc.oneof(
        { maxDepth: 3 },
        text.map((value) => [value]),
        fc.array(tie('element'), { maxLength: 3 }),
      ),
    }),
  })).element;

  it('writes what is read back the same', () => {
    fc.assert(
      fc.property(element, fc.constantFrom("'" as const, '"' as const), (tree, quote) => {
        const formatted = formatXml(tree, quote);
        expect(formatXml(parseXml(formatted), quote)).toBe(formatted);
        expect(withoutBlanks(parseXml(formatted))).toEqual(tree);
      }),
    );
  });
});

/** Lines and indents stand between elements only. */
function withoutBlanks(element: XmlElement): XmlElement {
  const children = element.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  return {
    ...element,
    children: children.map((child) => (typeof child === 'string' ? child : withoutBlanks(child))),
  };
}
