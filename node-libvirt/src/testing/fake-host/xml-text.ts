import type { XmlElement } from './xml-tree.ts';

/** libvirt writes its own elements with single quotes, and what is the user's with double ones. */
export type Quote = "'" | '"';

const escapes: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&apos;',
  '"': '&quot;',
};

export function escapeXml(text: string, more = ''): string {
  return text.replace(new RegExp(`[<>&${more}]`, 'g'), (character) => escapes[character] ?? character);
}

/** An element as text, each element inside it on a line of its own, two blanks deeper. No newline at the end. */
export function formatXml(element: XmlElement, quote: Quote = "'", indent = ''): string {
  const start = `${indent}<${element.name}${formatAttributes(element, quote)}`;
  const children = element.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  if (children.length === 0) return `${start}/>`;
  const end = `</${element.name}>`;
  if (children.some((child) => typeof child === 'string')) return `${start}>${inline(element, quote)}${end}`;
  const lines = children.map((child) => formatXml(child as XmlElement, quote, `${indent}  `));
  return [`${start}>`, ...lines, indent + end].join('\n');
}

function formatAttributes({ attributes }: XmlElement, quote: Quote): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}=${quote}${escapeXml(value, quote)}${quote}`)
    .join('');
}

/** Blanks between text and elements mean something. */
function inline({ children }: XmlElement, quote: Quote): string {
  return children
    .map((child) => (typeof child === 'string' ? escapeXml(child) : formatOneLine(child, quote)))
    .join('');
}

function formatOneLine(element: XmlElement, quote: Quote): string {
  const start = `<${element.name}${formatAttributes(element, quote)}`;
  return element.children.length === 0
    ? `${start}/>`
    : `${start}>${inline(element, quote)}</${element.name}>`;
}
