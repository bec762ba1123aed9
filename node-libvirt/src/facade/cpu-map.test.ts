import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCpuMap, decodeCpuMaps, encodeCpuMap, parseCpuList } from './cpu-map.ts';

describe('a map of CPUs', () => {
  it('has the lowest CPU in the lowest bit of the first byte', () => {
    expect([...encodeCpuMap([0, 3, 9])]).toEqual([0b1001, 0b10]);
    expect(decodeCpuMap(Uint8Array.of(0b1001, 0b10, 0))).toEqual([0, 3, 9]);
  });

  it('can hold none', () => {
    expect([...encodeCpuMap([])]).toEqual([0]);
    expect(decodeCpuMap(new Uint8Array())).toEqual([]);
  });

  it('comes back as the sorted set that it was made from', () => {
    const cpus = fc.uniqueArray(fc.integer({ min: 0, max: 8191 }));
    fc.assert(
      fc.property(cpus, (numbers) => {
        expect(decodeCpuMap(encodeCpuMap(numbers))).toEqual(numbers.toSorted((a, b) => a - b));
      }),
    );
  });

  it('is told apart from those behind it', () => {
    expect(decodeCpuMaps(Uint8Array.of(1, 0, 2, 1, 4, 0), 2, 2)).toEqual([[0], [1, 8]]);
  });
});

describe('a list of CPUs', () => {
  it.each([
    ['0-3,8', [0, 1, 2, 3, 8]],
    ['5', [5]],
    ['', []],
    ['3-1', []],
    ['1, 2', [1, 2]],
    ['x,0-99999999999,4', [4]],
  ])('"%s" is read', (text, cpus) => {
    expect(parseCpuList(text)).toEqual(cpus);
  });

  it('ends where no host could have more', () => {
    const cpus = parseCpuList(Array.from({ length: 100_000 }, () => '0-99999').join(','));
    expect([cpus.length, cpus.at(-1)]).toEqual([8192, 8191]);
  });
});
