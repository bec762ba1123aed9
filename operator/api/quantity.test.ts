import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteQuantity } from './common.ts';
import { exactQuantity, parseBytes, readableQuantity } from './quantity.ts';

const mostBytes = 2 ** 53;
const anyBytes = fc.integer({ min: 0, max: mostBytes - 1 });

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['1k', 1000],
    ['1Ki', 1024],
    ['128Mi', 134_217_728],
    ['512M', 512_000_000],
    ['4Gi', 4_294_967_296],
    ['1.5Gi', 1_610_612_736],
    ['16Ti', 17_592_186_044_416],
    ['1T', 1e12],
    ['8Pi', 2 ** 53],
    ['1P', 1e15],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it('rounds a part of a byte up, as Kubernetes does', () => {
    expect(parseBytes('0.5')).toBe(1);
    expect(parseBytes('1.0001Ki')).toBe(1025);
  });

  it.each([
    '',
    '4GB',
    '4gb',
    '4 Gi',
    '-1',
    '1e9',
    '.5Gi',
    '4.',
    '100m',
    'NaN',
    'Infinity',
    '4Ei',
    'Gi',
    '４Gi',
  ])('"%s" is refused with what is right in its place', (text) => {
    expect(() => parseBytes(text)).toThrow(RangeError);
    expect(() => parseBytes(text)).toThrow(`"${text}" is no quantity of bytes, such as 512Mi or 4Gi`);
  });

  it('takes exactly what the schema admits', () => {
    const parses = (text: string) => {
      try {
        return parseBytes(text) >= 0;
      } catch {
        return false;
      }
    };
    const near = fc.stringMatching(/^[0-9]{0,3}[.]?[0-9]{0,2}[kKMGTPEmi]{0,3}$/);
    fc.assert(fc.property(near, (text) => parses(text) === byteQuantity.safeParse(text).success));
  });
});

describe('exactQuantity', () => {
  it.each([
    [0, '0'],
    [1, '1'],
    [1023, '1023'],
    [1024, '1Ki'],
    [1536, '1536'],
    [4_294_967_296, '4Gi'],
    [1.5 * 2 ** 30, '1536Mi'],
    [2 ** 50, '1Pi'],
    [2 ** 60, '1024Pi'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(exactQuantity(bytes)).toBe(text);
  });

  it('loses nothing', () => {
    fc.assert(fc.property(anyBytes, (bytes) => parseBytes(exactQuantity(bytes)) === bytes));
  });
});

describe('readableQuantity', () => {
  it.each([
    [0, '0'],
    [1023, '1023'],
    [1.5 * 2 ** 30, '1.5Gi'],
    [2 ** 30 - 1, '1023.9Mi'],
    [4 * 2 ** 30, '4Gi'],
    [-1.5 * 2 ** 30, '-1.5Gi'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(readableQuantity(bytes)).toBe(text);
  });

  it('never says more than there is, and not much less', () => {
    const said = (bytes: number) => parseBytes(readableQuantity(bytes));
    // parseBytes rounds a part of a byte up, which a tenth of a unit may hold.
    fc.assert(fc.property(anyBytes, (bytes) => said(bytes) <= bytes + 1 && said(bytes) >= bytes * 0.9 - 1));
  });
});
