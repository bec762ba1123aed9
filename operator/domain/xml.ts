import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** A value that XML cannot carry, or XML that cannot be read. The message says which. */
export class XmlError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'XmlError';
  }
}

/** An element to be written. Numbers are written in decimal; attributes that are undefined are left out. */
export interface XmlNode {
  name: string;
  attributes: Record<string, string | number | undefined>;
  children: readonly (XmlNode | string)[];
}

/** One element: `element('source', { bridge: 'br0' })`. Strings among the children are text. */
export function element(
  name: string,
  attributes: XmlNode['attributes'] = {},
  ...children: (XmlNode | string)[]
): XmlNode {
  return { name, attributes, children };
}

/**
 * The element as XML, every value escaped so that it is read back as it was.
 * @throws XmlError naming the element or attribute whose value holds a character that XML has no way to write
 */
export function writeXml(node: XmlNode, indent = ''): string {
  const attributes = Object.entries(node.attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(String(value), `${node.name}/@${name}`)}"`)
    .join('');
  const open = `${indent}<${node.name}${attributes}`;
  if (node.children.length === 0) return `${open}/>`;
  // Blanks beside text would become part of it, so only elements among themselves get lines of their own.
  if (node.children.some((child) => typeof child === 'string')) {
    return `${open}>${node.children.map((child) => inline(child, node.name)).join('')}</${node.name}>`;
  }
  const lines = node.children.map((child) => writeXml(child as XmlNode, `${indent}  `));
  return `${open}>\n${lines.join('\n')}\n${indent}</${node.name}>`;
}

function inline(child: XmlNode | string, parent: string): string {
  return typeof child === 'string' ? escaped(child, parent) : writeXml(child);
}

/** All but tab, line feed and carriage return; half surrogates; and the two code points that are never characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is its purpose
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

// Readers turn raw line ends and tabs in attributes into blanks, and carriage returns anywhere into line feeds.
const special = /[&<>"'\t\n\r]/g;

function escaped(value: string, where: string): string {
  const found = unwritable.exec(value);
  if (found) {
    const code = found[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw new XmlError(
      `${where} holds the character U+${code.toUpperCase()}, which XML cannot carry: remove it`,
    );
  }
  return value.replace(special, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element as read. Names keep their prefixes. */
export interface XmlElement {
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: readonly XmlElement[];
  /** All text directly within it, in order. */
  text: string;
}

// With entities off and names prefixed, nothing in foreign XML is expanded, taken for a number or for a member of
// Object; what each text means is decided by `unescaped` alone.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  transformTagName: (name) => `<${name}`,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: 1000,
});

/**
 * Reads a document. Document types are refused, so no entity is ever expanded.
 * @throws XmlError when it is not well-formed
 */
export function readXml(xml: string): XmlElement {
  if (/<!DOCTYPE/i.test(xml)) throw new XmlError('XML with a document type is refused');
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new XmlError(`malformed XML: ${valid.err.msg} (line ${valid.err.line})`);
  const roots = elementsOf(parse(xml));
  const [root] = roots;
  if (!root || roots.length > 1) throw new XmlError(`XML has ${roots.length} root elements in place of one`);
  return root;
}

type Parsed = Record<string, unknown>;

function parse(xml: string): Parsed[] {
  try {
    return parser.parse(xml) as Parsed[];
  } catch (error) {
    throw new XmlError(`malformed XML: ${(error as Error).message}`, { cause: error });
  }
}

function elementsOf(nodes: readonly Parsed[]): XmlElement[] {
  return nodes.flatMap((node) => {
    const tag = Object.keys(node).find((key) => key.startsWith('<'));
    if (tag === undefined) return [];
    const content = node[tag] as Parsed[];
    return [
      {
        name: tag.replace(/^<+/, ''), // the parser prefixes empty elements twice
        attributes: attributesOf(node[':@'] as Record<string, string> | undefined),
        children: elementsOf(content),
        text: content.map(textOf).join(''),
      },
    ];
  });
}

function attributesOf(parsed: Record<string, string> = {}): Map<string, string> {
  return new Map(Object.entries(parsed).map(([name, value]) => [name.slice(1), unescaped(value)]));
}

function textOf(node: Parsed): string {
  if (typeof node['#text'] === 'string') return unescaped(node['#text']);
  const cdata = node['#cdata'] as Parsed[] | undefined;
  return cdata ? String(cdata[0]?.['#text'] ?? '') : '';
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The five entities of XML itself and numeric references; any other is left as it stands. */
function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/gi, (whole, hex, decimal, name) => {
    if (name) return entities[name] ?? whole;
    const code = Number.parseInt(hex ?? decimal, hex ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The first child of this name. */
export function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((one) => one.name === name);
}

export function childrenOf(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((one) => one.name === name) ?? [];
}

/** The element that the names lead to, each the first of its name. */
export function descendant(from: XmlElement | undefined, ...names: string[]): XmlElement | undefined {
  return names.reduce<XmlElement | undefined>(child, from);
}
