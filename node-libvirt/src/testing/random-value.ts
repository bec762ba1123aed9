import fc from 'fast-check';
import type { Codec } from '../protocol/codec.ts';
import type { XdrReader } from '../xdr/reader.ts';

/** What a reader gives of XDR's basic types. */
type Basic = Pick<
  XdrReader,
  'remaining' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'double' | 'bytes' | 'string' | 'count'
>;

/**
 * Values of any type of the protocol: its own decoder, which knows the shape, is read from chance instead of a packet.
 */
export function arbitraryOf<T>(codec: Codec<T>): fc.Arbitrary<T> {
  const room = /char\[(\d+)\]/.exec(codec.layout)?.[1];
  return fc.gen().map((draw) => {
    const value = codec.decode(chance(draw) as XdrReader);
    return room === undefined ? value : withEnd(value, Number(room) - 1);
  });
}

/** C's text in a `char x[n]` has an end, for which chance left no room. */
function withEnd<T>(struct: T, length: number): T {
  const members = Object.entries(struct as Record<string, unknown>);
  return Object.fromEntries(
    members.map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, length) : value]),
  ) as T;
}

function chance(draw: fc.GeneratorValue): Basic {
  return {
    remaining: 0,
    // Also the number of a typed parameter's type, of which there are seven.
    int32: () => draw(fc.integer, { min: 1, max: 7 }),
    uint32: () => draw(fc.integer, { min: 0, max: 0xffffffff }),
    int64: () => draw(fc.bigInt, { min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    uint64: () => draw(fc.bigInt, { min: 0n, max: 2n ** 64n - 1n }),
    double: () => draw(fc.double, { noNaN: true }),
    bytes: (length) => Buffer.from(draw(fc.uint8Array, { minLength: length, maxLength: length })),
    string: (length) =>
      draw(fc.string, { unit: 'grapheme', minLength: length, maxLength: length }).replaceAll('\0', ''),
    count: (limit) => draw(fc.integer, { min: 0, max: Math.min(limit, 3) }),
  };
}
