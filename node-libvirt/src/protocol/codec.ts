import { EncodeError } from '../errors.ts';
import type { XdrReader } from '../xdr/reader.ts';
import type { XdrWriter } from '../xdr/writer.ts';

/** Both directions of one type on the wire. TypeScript types of calls are inferred from these. */
export interface Codec<T> {
  /** The least number of bytes that a value takes; bounds how many can be in a packet. */
  readonly minBytes: number;
  /** The type in short, without names of members; for comparison with the protocol's definition. */
  readonly layout: string;
  /** @throws EncodeError */
  encode(writer: XdrWriter, value: T): void;
  /** @throws ProtocolError */
  decode(reader: XdrReader): T;
}

/** The TypeScript type of a codec's values. */
export type Infer<C> = C extends Codec<infer T> ? T : never;

/** Ordered members of a struct. */
export type Fields = Readonly<Record<string, Codec<unknown>>>;
export type InferFields<F extends Fields> = { [K in keyof F]: Infer<F[K]> };

/** `int`; also what libvirt sends for enums. */
export const int: Codec<number> = {
  minBytes: 4,
  layout: 'int',
  encode: (writer, value) => writer.int32(value),
  decode: (reader) => reader.int32(),
};

/** `unsigned int`; also `unsigned char` and `unsigned short`, which take four bytes on the wire. */
export const uint: Codec<number> = {
  minBytes: 4,
  layout: 'uint',
  encode: (writer, value) => writer.uint32(value),
  decode: (reader) => reader.uint32(),
};

/** `hyper`: signed 64 bits. */
export const hyper: Codec<bigint> = {
  minBytes: 8,
  layout: 'hyper',
  encode: (writer, value) => writer.int64(value),
  decode: (reader) => reader.int64(),
};

/** `unsigned hyper`: unsigned 64 bits. */
export const uhyper: Codec<bigint> = {
  minBytes: 8,
  layout: 'uhyper',
  encode: (writer, value) => writer.uint64(value),
  decode: (reader) => reader.uint64(),
};

export const double: Codec<number> = {
  minBytes: 8,
  layout: 'double',
  encode: (writer, value) => writer.double(value),
  decode: (reader) => reader.double(),
};

const maxStringBytes = 4 * 1024 * 1024;

/** A string of at most `limit` bytes of UTF-8. */
export function string(limit = maxStringBytes): Codec<string> {
  return {
    minBytes: 4,
    layout: `string<${limit}>`,
    encode(writer, value) {
      // C ends a string at NUL: the server would act on a part of what was meant.
      if (value.includes('\0')) throw new EncodeError('a string may not contain a NUL character');
      encodeSized(writer, Buffer.from(value, 'utf8'), limit);
    },
    decode: (reader) => reader.string(reader.count(limit, 1)),
  };
}

/** Bytes of any number up to `limit`. */
export function opaque(limit: number): Codec<Uint8Array> {
  return {
    minBytes: 4,
    layout: `opaque<${limit}>`,
    encode: (writer, value) => encodeSized(writer, value, limit),
    decode: (reader) => reader.bytes(reader.count(limit, 1)),
  };
}

/** Exactly `length` bytes. */
export function fixedOpaque(length: number): Codec<Uint8Array> {
  return {
    minBytes: length,
    layout: `opaque[${length}]`,
    encode(writer, value) {
      if (value.length !== length) throw new EncodeError(`${value.length} bytes where ${length} are needed`);
      writer.bytes(value);
    },
    decode: (reader) => reader.bytes(length),
  };
}

/** A value or NULL. NULL and the empty string mean different things to libvirt. */
export function optional<T>(codec: Codec<T>): Codec<T | null> {
  const flag = limitedTo(1);
  return {
    minBytes: 4,
    layout: `${codec.layout}?`,
    encode(writer, value) {
      writer.uint32(value === null ? 0 : 1);
      if (value !== null) codec.encode(writer, value);
    },
    decode: (reader) => (flag(reader) === 0 ? null : codec.decode(reader)),
  };
}

/** At most `limit` values of one type. */
export function array<T>(codec: Codec<T>, limit: number): Codec<T[]> {
  return {
    minBytes: 4,
    layout: `${codec.layout}<${limit}>`,
    encode(writer, values) {
      if (values.length > limit)
        throw new EncodeError(`${values.length} elements; at most ${limit} can be sent`);
      writer.uint32(values.length);
      for (const [index, value] of values.entries()) at(`[${index}]`, () => codec.encode(writer, value));
    },
    decode(reader) {
      const values: T[] = [];
      for (let left = reader.count(limit, codec.minBytes); left > 0; left--)
        values.push(codec.decode(reader));
      return values;
    },
  };
}

/** C's `char x[length]`, which the protocol sends as that many four-byte integers; decoded up to the NUL. */
export function charArray(length: number): Codec<string> {
  return {
    minBytes: length * 4,
    layout: `char[${length}]`,
    encode(writer, value) {
      const bytes = Buffer.from(value, 'utf8');
      if (bytes.length >= length) throw new EncodeError(`at most ${length - 1} bytes can be sent`);
      for (let index = 0; index < length; index++) writer.int32(bytes[index] ?? 0);
    },
    decode(reader) {
      const bytes = Buffer.from(Array.from({ length }, () => reader.int32() & 0xff));
      const end = bytes.indexOf(0);
      return bytes.toString('utf8', 0, end === -1 ? length : end);
    },
  };
}

/** Members one after the other, in the order of the keys. */
export function struct<F extends Fields>(fields: F): Codec<InferFields<F>> {
  const members = Object.entries(fields);
  return {
    minBytes: members.reduce((sum, [, codec]) => sum + codec.minBytes, 0),
    layout: `{${members.map(([, codec]) => codec.layout).join(' ')}}`,
    encode(writer, value) {
      for (const [name, codec] of members) {
        at(`.${name}`, () => codec.encode(writer, (value as Record<string, unknown>)[name]));
      }
    },
    decode: (reader) =>
      Object.fromEntries(members.map(([name, codec]) => [name, codec.decode(reader)])) as InferFields<F>,
  };
}

function encodeSized(writer: XdrWriter, bytes: Uint8Array, limit: number): void {
  if (bytes.length > limit) throw new EncodeError(`${bytes.length} bytes; at most ${limit} can be sent`);
  writer.uint32(bytes.length);
  writer.bytes(bytes);
}

function limitedTo(limit: number): (reader: XdrReader) => number {
  return (reader) => reader.count(limit, 0);
}

/** Runs an encoder and, if it fails, puts the member's path in front of the message. */
function at(path: string, encode: () => void): void {
  try {
    encode();
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    const inner = /^[.[]/.test(error.message) ? error.message : `: ${error.message}`;
    throw new EncodeError(path + inner);
  }
}
