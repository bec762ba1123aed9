/** An element as its text had it; namespaces are not resolved, comments and processing instructions are left out. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: (XmlElement | string)[];
}

/** The text is not well-formed. */
export class XmlSyntaxError extends Error {}

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>=<"'!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** The one element of a document. @throws XmlSyntaxError */
export function parseXml(text: string): XmlElement {
  const document: XmlElement = { name: '', attributes: {}, children: [] };
  const open = [document];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new XmlSyntaxError(`no XML at character ${at}: ${text.slice(at, at + 20)}`);
    take(match, open);
  }
  return rootOf(document, open);
}

function take(match: RegExpExecArray, open: XmlElement[]): void {
  const [, cdata, ended, started, attributes = '', empty, text] = match;
  const parent = open.at(-1) as XmlElement;
  if (cdata !== undefined) parent.children.push(cdata);
  else if (text !== undefined) parent.children.push(unescapeXml(text));
  else if (started !== undefined) {
    const element = { name: started, attributes: attributesOf(attributes), children: [] };
    parent.children.push(element);
    if (!empty) open.push(element);
  } else if (ended !== undefined && open.pop()?.name !== ended) {
    throw new XmlSyntaxError(`</${ended}> ends what is not open`);
  }
}

function rootOf(document: XmlElement, open: readonly XmlElement[]): XmlElement {
  const unended = open.at(-1);
  if (unended !== document) throw new XmlSyntaxError(`<${unended?.name ?? ''}> has no end`);
  const [root, ...more] = elementsOf(document);
  if (!root) throw new XmlSyntaxError('the document is empty');
  if (more.length > 0 || document.children.some((child) => typeof child === 'string' && child.trim() !== ''))
    throw new XmlSyntaxError(`something stands beside <${root.name}>`);
  return root;
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(attribute)].map(([, name = '', double, single]) => [
      name,
      unescapeXml(double ?? single ?? ''),
    ]),
  );
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&([^;]*);?/g, (reference, name: string) => {
    const number = /^#(?:x([\da-f]+)|(\d+))$/i.exec(name);
    if (number)
      return String.fromCodePoint(Number.parseInt(number[1] ?? number[2] ?? '', number[1] ? 16 : 10));
    const character = entities[name];
    if (character === undefined || !reference.endsWith(';'))
      throw new XmlSyntaxError(`${reference} is no entity`);
    return character;
  });
}

export function elementsOf({ children }: XmlElement): XmlElement[] {
  return children.filter((child) => typeof child !== 'string');
}

/** The first child element of this name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return elementsOf(element).find((child) => child.name === name);
}

/** The text right inside an element. */
export function textOf({ children }: XmlElement): string {
  return children.filter((child) => typeof child === 'string').join('');
}

/** Text of the child of this name, without blanks around it; undefined when there is none, or nothing in it. */
export function childText(element: XmlElement, name: string): string | undefined {
  const child = childOf(element, name);
  return (child && textOf(child).trim()) || undefined;
}
