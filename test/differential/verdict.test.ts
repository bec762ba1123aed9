import { describe, expect, it } from 'vitest';
import {
  array,
  type Codec,
  charArray,
  int,
  opaque,
  optional,
  string,
  struct,
  uint,
} from '../../node-libvirt/src/protocol/codec.ts';
import { typedParameter } from '../../node-libvirt/src/protocol/typed-parameter.ts';
import { encode, judge } from './verdict.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** What is said of bytes that C has encoded, in whole, as `encoded`; refused by C without it. */
function verdictOf<T>(codec: Codec<T>, bytes: string, encoded?: string, isNarrow = false) {
  const c = encoded === undefined ? undefined : { consumed: hex(bytes).length, encoded: hex(encoded) };
  return judge({ codec: codec as Codec<unknown>, isNarrow }, hex(bytes), c);
}

describe('bytes', () => {
  it('are accepted by both, or refused by both', () => {
    expect(verdictOf(int, '00000001', '00000001')).toBe('accepted by both');
    expect(verdictOf(int, '000000')).toBe('refused by both');
  });

  it('may not be accepted here alone', () => {
    expect(verdictOf(int, '00000001')).toBe('DIVERGENCE: accepted here, refused by C');
  });

  it('may not be refused here alone, but for a flag', () => {
    const codec = optional(int);
    expect(verdictOf(codec, '00000002 00000005', '00000001 00000005')).toBe('optional flag above 1');
    expect(verdictOf(array(int, 10), '0000000b', '00000000')).toMatch(
      /^DIVERGENCE: count 11 .* limit of 10$/,
    );
  });

  it('have to be read as far', () => {
    const c = { consumed: 8, encoded: hex('00000001') };
    expect(judge({ codec: int as Codec<unknown>, isNarrow: false }, hex('0000000100000000'), c)).toBe(
      'DIVERGENCE: 4 bytes read here, 8 by C',
    );
  });

  it('have to be of the same value', () => {
    expect(verdictOf(int, '00000001', '00000002')).toBe('DIVERGENCE: C encodes it as 00000002');
    expect(verdictOf(opaque(4), '00000001 01000000', '00000001 02000000')).toMatch('DIVERGENCE');
  });
});

describe('what C encodes otherwise', () => {
  const text = struct({ name: string(), size: int });

  it('is a text that it cuts at a NUL', () => {
    expect(verdictOf(text, '00000003 41004200 00000007', '00000001 41000000 00000007')).toBe(
      'text with a NUL, or no UTF-8',
    );
  });

  it('is a text whose bytes are no UTF-8', () => {
    expect(verdictOf(text, '00000001 ff000000 00000007', '00000001 ff000000 00000007')).toBe(
      'text with a NUL, or no UTF-8',
    );
  });

  it('is not what stands beside such a text', () => {
    const bytes = '00000001 ff000000 00000007';
    expect(verdictOf(text, bytes, '00000001 ff000000 00000008')).toMatch('DIVERGENCE');
    expect(verdictOf(text, bytes, '00000001 41000000 00000007')).toMatch('DIVERGENCE');
  });

  it('is a number that it has too few bits for, where it is known to', () => {
    expect(verdictOf(uint, '00000101', '00000001', true)).toBe('fewer than 32 bits');
    expect(verdictOf(uint, '00000101', '00000001')).toMatch('DIVERGENCE');
    expect(verdictOf(charArray(2), 'ffffff41 00000000', '00000041 00000000', true)).toBe('accepted by both');
  });

  it('is a boolean of any number', () => {
    const head = '00000001 66000000 00000006';
    expect(verdictOf(typedParameter, `${head} 00000005`, `${head} 00000005`)).toBe(
      'boolean other than 0 and 1',
    );
    expect(verdictOf(typedParameter, `${head} 00000005`, `${head} 00000000`)).toMatch('DIVERGENCE');
  });
});

it('a value that cannot be sent has no bytes', () => {
  expect(encode(string() as Codec<unknown>, 'a\0b')).toBeUndefined();
  expect(encode(int as Codec<unknown>, 1)?.toString('hex')).toBe('00000001');
});
