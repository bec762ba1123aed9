import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAnswers, encodeFrames } from './frames.ts';

const word = (number: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
};

describe('frames', () => {
  it('are a type, a length and the bytes, one after the other', () => {
    const frames = [
      { type: 3, bytes: Buffer.from('abcde') },
      { type: 0x01020304, bytes: Buffer.alloc(0) },
    ];
    expect(encodeFrames(frames).toString('hex')).toBe(`00000003000000056162636465${'01020304'}00000000`);
  });
});

describe('answers', () => {
  it('are what was encoded and consumed, or a refusal', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.uint8Array({ maxLength: 9 }))), (list) => {
        const output = Buffer.concat(
          list.flatMap((bytes) => (bytes ? [word(bytes.length), word(77), bytes] : [word(0xffffffff)])),
        );
        expect(decodeAnswers(output)).toEqual(
          list.map((bytes) => (bytes ? { consumed: 77, encoded: Buffer.from(bytes) } : undefined)),
        );
      }),
    );
  });

  it('are refused when the last one is cut off', () => {
    expect(() => decodeAnswers(Buffer.concat([word(4), word(4), Buffer.from('abc')]))).toThrow(
      '1 bytes too early',
    );
  });
});
