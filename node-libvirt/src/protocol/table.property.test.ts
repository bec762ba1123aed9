import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors.ts';
import { arbitraryOf } from '../testing/random-value.ts';
import { XdrReader } from '../xdr/reader.ts';
import { XdrWriter } from '../xdr/writer.ts';
import type { Codec } from './codec.ts';
import { eventMessages } from './events.ts';
import { procedures } from './procedures.ts';

/** Every type that calls and events are made of, once for each place where it is used. */
const types: [string, Codec<unknown>][] = [
  ...Object.entries(procedures).flatMap(([name, { args, ret }]): [string, Codec<unknown>][] => [
    [`${name} arguments`, args as Codec<unknown>],
    [`${name} result`, ret as Codec<unknown>],
  ]),
  ...Object.entries(eventMessages).map(([name, { payload }]): [string, Codec<unknown>] => [
    `event ${name}`,
    payload as Codec<unknown>,
  ]),
];

const drawable = types.filter(([, { layout }]) => layout !== '{}');

function encode(codec: Codec<unknown>, value: unknown): Buffer {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.finish();
}

describe('the table', () => {
  it('is there in full', () => {
    expect(drawable.length).toBeGreaterThan(400);
    expect(drawable.some(([, { layout }]) => layout.includes('char['))).toBe(true);
  });

  it.each(drawable)(
    '%s: what is written is read back, whole, and takes at least what it says',
    (_, codec) => {
      fc.assert(
        fc.property(arbitraryOf(codec), (value) => {
          const bytes = encode(codec, value);
          const reader = new XdrReader(bytes);
          expect(codec.decode(reader)).toEqual(value);
          expect(reader.remaining).toBe(0);
          expect(bytes.length % 4).toBe(0);
          expect(bytes.length).toBeGreaterThanOrEqual(codec.minBytes);
        }),
        { numRuns: 20 },
      );
    },
  );

  it.each(drawable)('%s: cut off anywhere, it is a breach of the protocol and nothing else', (_, codec) => {
    fc.assert(
      fc.property(arbitraryOf(codec), fc.nat(), (value, at) => {
        const bytes = encode(codec, value);
        const cut = bytes.subarray(0, at % bytes.length);
        expect(() => codec.decode(new XdrReader(cut))).toThrow(ProtocolError);
      }),
      { numRuns: 10 },
    );
  });
});
