import type { XmlElement } from './xml-tree.ts';
import { textOf } from './xml-tree.ts';

const powers = 'KMGTPE';

/**
 * The size that an element names with its unit: `b`, `KiB` or `K`, `KB` and so on (libvirt: virScaleInteger).
 * Undefined when it is no size.
 */
export function bytesIn(element: XmlElement, defaultUnit: string): bigint | undefined {
  const number = textOf(element).trim();
  const scale = unitBytes(element.attributes['unit'] ?? defaultUnit);
  return /^\d+$/.test(number) && scale !== undefined ? BigInt(number) * scale : undefined;
}

function unitBytes(unit: string): bigint | undefined {
  if (/^(b|bytes?)$/i.test(unit)) return 1n;
  const [, letter = '', decimal] = /^([kmgtpe])(b|ib)?$/i.exec(unit) ?? [];
  if (letter === '') return undefined;
  const base = decimal?.toLowerCase() === 'b' ? 1000n : 1024n;
  return base ** BigInt(powers.indexOf(letter.toUpperCase()) + 1);
}
