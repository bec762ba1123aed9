import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SparseBytes } from './sparse-bytes.ts';

describe('SparseBytes', () => {
  it('takes memory for what was written alone, wherever that is', () => {
    const bytes = new SparseBytes();
    expect(bytes.read(2 ** 40, 10)).toEqual(Buffer.alloc(10));
    expect(bytes.allocated).toBe(0);
    bytes.write(2 ** 40, Buffer.from('far'));
    expect(bytes.read(2 ** 40 - 1, 5)).toEqual(Buffer.from('\0far\0'));
    expect(bytes.allocated).toBe(64 * 1024);
  });

  it('is a file: what was written last is read', () => {
    const write = fc.record({ at: fc.nat(200_000), data: fc.uint8Array({ maxLength: 150_000 }) });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 5 }),
        fc.nat(200_000),
        fc.nat(200_000),
        (writes, at, length) => {
          const [bytes, file] = [new SparseBytes(), Buffer.alloc(500_000)];
          for (const { at: start, data } of writes) {
            bytes.write(start, data);
            file.set(data, start);
          }
          expect(bytes.read(at, length).equals(file.subarray(at, at + length))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is copied, not shared', () => {
    const bytes = new SparseBytes();
    bytes.write(0, Buffer.from('one'));
    const copy = bytes.copy();
    bytes.write(0, Buffer.from('two'));
    expect(copy.read(0, 3).toString()).toBe('one');
  });
});
