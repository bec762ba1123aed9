import { ErrorCode } from '../../error-codes.ts';
import { Refusal } from './refusal.ts';
import { childText, type XmlElement } from './xml-tree.ts';

/** Any bytes of chance; a test passes its own, and the same uuids come out of it. */
export type RandomBytes = (size: number) => Uint8Array;

/** A random uuid (RFC 9562, version 4). */
export function randomUuid(random: RandomBytes): string {
  const bytes = Buffer.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hyphenated(bytes.toString('hex'));
}

function hyphenated(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The uuid that a definition names, or a new one. @throws Refusal INTERNAL_ERROR when it is none */
export function uuidOf(element: XmlElement, random: RandomBytes, domain: number): string {
  const text = childText(element, 'uuid');
  if (text === undefined) return randomUuid(random);
  const hex = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex))
    throw new Refusal(ErrorCode.INTERNAL_ERROR, `"${text}" is no uuid`, domain);
  return hyphenated(hex);
}
