import { formatXml } from './xml-text.ts';
import { elementsOf, parseXml, type XmlElement } from './xml-tree.ts';

/** An element of a user's own, as it is asked for: without the prefix that the description keeps it under. */
export interface MetadataElement {
  uri: string;
  prefix: string;
  xml: string;
}

/** Of a `<metadata>`: one element for each namespace; what has none is dropped, as libvirt does. */
export function readMetadata(metadata: XmlElement | undefined): MetadataElement[] {
  const found = new Map<string, MetadataElement>();
  for (const element of metadata ? elementsOf(metadata) : []) {
    const prefix = /^(.+):/.exec(element.name)?.[1] ?? '';
    const declaration = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
    const { [declaration]: uri, ...attributes } = element.attributes;
    if (uri === undefined || found.has(uri)) continue;
    found.set(uri, { uri, prefix, xml: formatXml(withoutPrefix({ ...element, attributes }, prefix), '"') });
  }
  return [...found.values()];
}

/** The lines of `<metadata>` inside a description; none when there is nothing in it. */
export function metadataLines(elements: readonly MetadataElement[]): string[] {
  if (elements.length === 0) return [];
  const lines = elements.map(({ uri, prefix, xml }) => {
    const element = withPrefix(parseXml(xml), prefix);
    const declaration = { [prefix === '' ? 'xmlns' : `xmlns:${prefix}`]: uri };
    return formatXml({ ...element, attributes: { ...declaration, ...element.attributes } }, '"', '    ');
  });
  return ['  <metadata>', ...lines, '  </metadata>'];
}

/** With the one of this namespace set, or taken away when there is no `element`. */
export function withMetadata(
  elements: readonly MetadataElement[],
  { uri, prefix, element }: { uri: string; prefix: string; element: XmlElement | undefined },
): MetadataElement[] {
  const others = elements.filter((one) => one.uri !== uri);
  return element ? [...others, { uri, prefix, xml: formatXml(element, '"') }] : others;
}

function withoutPrefix(element: XmlElement, prefix: string): XmlElement {
  const start = `${prefix}:`;
  return renamed(element, (name) => (name.startsWith(start) ? name.slice(start.length) : name));
}

function withPrefix(element: XmlElement, prefix: string): XmlElement {
  return renamed(element, (name) => (prefix === '' || name.includes(':') ? name : `${prefix}:${name}`));
}

function renamed(element: XmlElement, name: (name: string) => string): XmlElement {
  const children = element.children.map((child) =>
    typeof child === 'string' ? child : renamed(child, name),
  );
  return { ...element, name: name(element.name), children };
}
