import { isDeepStrictEqual } from 'node:util';
import { EncodeError, ProtocolError } from '../../node-libvirt/src/errors.ts';
import type { Codec } from '../../node-libvirt/src/protocol/codec.ts';
import { XdrReader } from '../../node-libvirt/src/xdr/reader.ts';
import { XdrWriter } from '../../node-libvirt/src/xdr/writer.ts';
import type { Answer } from './frames.ts';

/** Every way in which this package may treat bytes otherwise than C does, and why. */
export const declared = {
  'optional flag above 1': 'RFC 4506 has no such value; C takes it for 1',
  'text with a NUL, or no UTF-8': 'C ends it there; a string of JavaScript holds no other bytes than UTF-8',
  'fewer than 32 bits':
    'C keeps the lowest 8 or 16 bits, and of a text in an array also what is behind its end',
  'boolean other than 0 and 1': 'C keeps the number; here it is true',
} as const;

export type Kind = keyof typeof declared;

/** `agreed` to accept or to refuse; a declared difference; or what must not be. */
export type Verdict = 'accepted by both' | 'refused by both' | Kind | `DIVERGENCE: ${string}`;

export interface Judged {
  codec: Codec<unknown>;
  /** C has fewer than 32 bits for one of its members. */
  isNarrow: boolean;
}

/** Compares what the codec makes of bytes with what C made of them. */
export function judge(type: Judged, bytes: Buffer, c: Answer): Verdict {
  const ours = decode(type.codec, bytes);
  if ('refused' in ours) {
    if (!c) return 'refused by both';
    // Only a flag has the limit 1.
    return ours.refused.endsWith(' limit of 1') ? 'optional flag above 1' : `DIVERGENCE: ${ours.refused}`;
  }
  if (!c) return 'DIVERGENCE: accepted here, refused by C';
  if (ours.consumed !== c.consumed) return `DIVERGENCE: ${ours.consumed} bytes read here, ${c.consumed} by C`;
  if (encode(type.codec, ours.value)?.equals(c.encoded)) return 'accepted by both';
  return (
    differenceOf(type, ours.value, c.encoded) ?? `DIVERGENCE: C encodes it as ${c.encoded.toString('hex')}`
  );
}

/** The kind that explains why C encodes a value otherwise; undefined when none does. */
function differenceOf({ codec, isNarrow }: Judged, value: unknown, encoded: Buffer): Kind | undefined {
  const theirs = decode(codec, encoded);
  const isSame = 'value' in theirs && isDeepStrictEqual(cutAtNul(value), theirs.value);
  if (isSame && holds(value, (part) => typeof part === 'string' && /[\0\ufffd]/.test(part)))
    return 'text with a NUL, or no UTF-8';
  if (isNarrow) return 'fewer than 32 bits';
  return isSame && holds(value, (part) => part === true) ? 'boolean other than 0 and 1' : undefined;
}

type Decoded = { value: unknown; consumed: number } | { refused: string };

function decode(codec: Codec<unknown>, bytes: Buffer): Decoded {
  const reader = new XdrReader(bytes);
  try {
    const value = codec.decode(reader);
    return { value, consumed: bytes.length - reader.remaining };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { refused: error.message };
  }
}

/** Undefined when it cannot be sent, such as a text with a NUL. */
export function encode(codec: Codec<unknown>, value: unknown): Buffer | undefined {
  const writer = new XdrWriter();
  try {
    codec.encode(writer, value);
    return Buffer.from(writer.finish());
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    return undefined;
  }
}

/** As C has the texts in it. */
function cutAtNul(value: unknown): unknown {
  if (typeof value === 'string') return value.split('\0', 1)[0];
  if (Array.isArray(value)) return value.map(cutAtNul);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cutAtNul(part)]));
}

function holds(value: unknown, matches: (part: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return matches(value);
  return Object.values(value).some((part) => holds(part, matches));
}
