import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodeError, ProtocolError } from '../errors.ts';
import { XdrReader } from '../xdr/reader.ts';
import { XdrWriter } from '../xdr/writer.ts';
import {
  array,
  type Codec,
  charArray,
  double,
  fixedOpaque,
  hyper,
  int,
  opaque,
  optional,
  string,
  struct,
  uhyper,
  uint,
} from './codec.ts';
import { type TypedParameter, typedParameter, typedParameterMap } from './typed-parameter.ts';
import { uuid } from './uuid.ts';

function encode<T>(codec: Codec<T>, value: T): Buffer {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.finish();
}

function decode<T>(codec: Codec<T>, bytes: Buffer): T {
  return codec.decode(new XdrReader(bytes));
}

/** Text as it comes back: no NUL, no half of a surrogate pair. */
const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
const typed: fc.Arbitrary<TypedParameter> = fc.oneof(
  fc.record({ field: text, type: fc.constant('int' as const), value: int32 }),
  fc.record({ field: text, type: fc.constant('uint' as const), value: uint32 }),
  fc.record({ field: text, type: fc.constant('llong' as const), value: int64 }),
  fc.record({ field: text, type: fc.constant('ullong' as const), value: uint64 }),
  fc.record({ field: text, type: fc.constant('double' as const), value: fc.double() }),
  fc.record({ field: text, type: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ field: text, type: fc.constant('string' as const), value: text }),
);

const nested = struct({
  a: optional(string()),
  list: array(struct({ x: uhyper, y: opaque(99) }), 8),
  z: int,
});

/** Every codec with values it can carry. */
const cases: Record<string, { codec: Codec<unknown>; values: fc.Arbitrary<unknown> }> = {
  int: { codec: int, values: int32 },
  uint: { codec: uint, values: uint32 },
  hyper: { codec: hyper, values: int64 },
  uhyper: { codec: uhyper, values: uint64 },
  double: { codec: double, values: fc.double() },
  string: { codec: string(), values: text },
  opaque: { codec: opaque(64), values: bytes },
  fixedOpaque: {
    codec: fixedOpaque(5),
    values: fc.uint8Array({ minLength: 5, maxLength: 5 }).map(Buffer.from),
  },
  optional: { codec: optional(uint), values: fc.option(uint32) },
  array: { codec: array(string(), 20), values: fc.array(text, { maxLength: 20 }) },
  charArray: { codec: charArray(32), values: fc.stringMatching(/^[ -~]{0,31}$/) },
  uuid: { codec: uuid, values: fc.uuid() },
  typedParameter: { codec: typedParameter, values: typed },
  struct: {
    codec: nested,
    values: fc.record({
      a: fc.option(text),
      list: fc.array(fc.record({ x: uint64, y: bytes }), { maxLength: 8 }),
      z: int32,
    }),
  },
};

describe.each(Object.entries(cases))('codec of %s', (_name, { codec, values }) => {
  it('gives back what it was given, in whole words of four bytes, and reads exactly that', () => {
    fc.assert(
      fc.property(values, (value) => {
        const encoded = encode(codec, value);
        const reader = new XdrReader(encoded);
        expect(codec.decode(reader)).toEqual(value);
        expect(reader.remaining).toBe(0);
        expect(encoded.length % 4).toBe(0);
      }),
    );
  });

  it('never takes fewer bytes than it declares', () => {
    fc.assert(fc.property(values, (value) => encode(codec, value).length >= codec.minBytes));
  });

  it('refuses every shortened encoding', () => {
    fc.assert(
      fc.property(values, fc.nat(), (value, at) => {
        const encoded = encode(codec, value);
        expect(() => decode(codec, encoded.subarray(0, at % encoded.length))).toThrow(ProtocolError);
      }),
    );
  });

  it('fails on random bytes with a ProtocolError or not at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          decode(codec, Buffer.from(noise));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});

describe('layout on the wire', () => {
  it('is big endian and padded with zeros', () => {
    expect(encode(string(), 'abcde').toString('hex')).toBe('000000056162636465000000');
    expect(encode(hyper, -2n).toString('hex')).toBe('fffffffffffffffe');
    expect(encode(optional(int), null).toString('hex')).toBe('00000000');
  });

  it('sends a char array as one word per character', () => {
    expect(encode(charArray(3), 'A').toString('hex')).toBe('000000410000000000000000');
  });

  it('tells NULL from the empty string', () => {
    expect(encode(optional(string()), '')).not.toEqual(encode(optional(string()), null));
  });

  it('numbers typed parameters from 1', () => {
    const encoded = encode(typedParameter, { field: 'f', type: 'string', value: '' });
    expect(encoded.readInt32BE(8)).toBe(7);
  });
});

describe('counts from the peer', () => {
  const huge = Buffer.from('ffffffff', 'hex');

  it('are refused above the limit, before anything is allocated', () => {
    expect(() => decode(array(int, 16_384), huge)).toThrow(/limit of 16384/);
    expect(() => decode(string(), huge)).toThrow(/limit/);
  });

  it('are refused when the packet cannot hold so many', () => {
    const thousand = Buffer.from('000003e800000000', 'hex');
    expect(() => decode(array(struct({ a: int, b: int }), 16_384), thousand)).toThrow(/does not fit/);
    expect(() => decode(opaque(4096), thousand)).toThrow(/does not fit/);
  });

  it('are 0 or 1 for an optional value', () => {
    expect(() => decode(optional(int), Buffer.from('0000000200000001', 'hex'))).toThrow(ProtocolError);
  });
});

describe('values that cannot be sent', () => {
  it('are refused with the path to them', () => {
    const codec = struct({ doms: array(struct({ uuid }), 4) });
    expect(() => encode(codec, { doms: [{ uuid: 'nonsense' }] })).toThrow(
      '.doms[0].uuid: "nonsense" is no uuid',
    );
  });

  it.each([
    ['int', int, 2 ** 31],
    ['int', int, 1.5],
    ['uint', uint, -1],
    ['hyper', hyper, 2n ** 63n],
    ['uhyper', uhyper, -1n],
    ['string', string(3), 'abcd'],
    ['string', string(), 'a\0b'],
    ['array', array(int, 1), [1, 2]],
    ['fixedOpaque', fixedOpaque(2), Buffer.alloc(3)],
    ['charArray', charArray(2), 'ab'],
    ['typedParameter', typedParameter, { field: 'f', type: 'float', value: 1 }],
  ])('%s refuses what does not fit it', (_name, codec, value) => {
    expect(() => encode(codec as Codec<unknown>, value)).toThrow(EncodeError);
  });
});

it('decodes text that is no UTF-8 lossily, since libvirt declares no charset', () => {
  expect(decode(string(), Buffer.from('00000002ff410000', 'hex'))).toBe('\ufffdA');
});

it('keeps the last of repeated typed parameters in a map', () => {
  const list: TypedParameter[] = [
    { field: 'a', type: 'int', value: 1 },
    { field: 'a', type: 'int', value: 2 },
  ];
  expect(typedParameterMap(list)).toEqual(new Map([['a', 2]]));
});

it('refuses a typed parameter of a type it does not know', () => {
  const encoded = encode(typedParameter, { field: 'f', type: 'int', value: 1 });
  encoded.writeInt32BE(8, 8);
  expect(() => decode(typedParameter, encoded)).toThrow('unknown type 8');
});
