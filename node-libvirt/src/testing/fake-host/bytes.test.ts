import { describe, expect, it } from 'vitest';
import { bytesIn } from './bytes.ts';
import { parseXml } from './xml-tree.ts';

describe('bytesIn', () => {
  it.each([
    ['<m>2</m>', 2048n],
    ["<m unit='b'>2</m>", 2n],
    ["<m unit='bytes'> 2 </m>", 2n],
    ["<m unit='k'>2</m>", 2048n],
    ["<m unit='KB'>2</m>", 2000n],
    ["<m unit='KiB'>2</m>", 2048n],
    ["<m unit='M'>1</m>", 1_048_576n],
    ["<m unit='MB'>1</m>", 1_000_000n],
    ["<m unit='GiB'>3</m>", 3n << 30n],
    ["<m unit='TiB'>1</m>", 1n << 40n],
    ["<m unit='EiB'>16</m>", 1n << 64n],
    ["<m unit='pounds'>1</m>", undefined],
    ['<m>much</m>', undefined],
    ['<m/>', undefined],
    ['<m>-1</m>', undefined],
  ])('of %s is %s', (xml, bytes) => {
    expect(bytesIn(parseXml(xml), 'KiB')).toBe(bytes);
  });
});
