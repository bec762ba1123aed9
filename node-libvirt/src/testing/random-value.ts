import fc from 'fast-check';
import type { Codec } from '../protocol/codec.ts';
import type { XdrReader } from '../xdr/reader.ts';

/** What a reader gives of XDR's basic types. */
type Basic = Pick<
  XdrReader,
  | ('remaining' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'double' | 'discriminant')
  | ('bytes' | 'string' | 'count')
>;

/** Which whole numbers of 32 bits are drawn. */
interface Ints {
  int32: fc.Arbitrary<number>;
  uint32: fc.Arbitrary<number>;
}

const everyInt: Ints = {
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
};

const asciiOrNul = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 127 }));

/**
 * For types with members that C holds in fewer than 32 bits: what fits into each, and often the NUL with which the text
 * in a `char x[n]` ends.
 */
export const narrowInts: Ints = { int32: asciiOrNul, uint32: asciiOrNul };

/**
 * Values of any type of the protocol: its own decoder, which knows the shape, is read from chance instead of a packet.
 * @param ints default: all, but for types that hold `char x[n]`, whose text must have an end
 */
export function arbitraryOf<T>(codec: Codec<T>, ints: Ints = intsFor(codec)): fc.Arbitrary<T> {
  return fc.gen().map((draw) => codec.decode(chance(draw, ints) as XdrReader));
}

function intsFor({ layout }: { layout: string }): Ints {
  return layout.includes('char[') ? narrowInts : everyInt;
}

function chance(draw: fc.GeneratorValue, ints: Ints): Basic {
  return {
    remaining: 0,
    int32: () => draw(() => ints.int32),
    uint32: () => draw(() => ints.uint32),
    discriminant: (cases) => draw(fc.integer, { min: 1, max: cases }),
    int64: () => draw(fc.bigInt, { min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    uint64: () => draw(fc.bigInt, { min: 0n, max: 2n ** 64n - 1n }),
    double: () => draw(fc.double, { noNaN: true }),
    bytes: (length) => Buffer.from(draw(fc.uint8Array, { minLength: length, maxLength: length })),
    string: (length) =>
      draw(fc.string, { unit: 'grapheme', minLength: length, maxLength: length }).replaceAll('\0', ''),
    count: (limit) => draw(fc.integer, { min: 0, max: Math.min(limit, 3) }),
  };
}
