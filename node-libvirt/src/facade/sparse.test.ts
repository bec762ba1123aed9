import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hole, type Section } from '../connection/byte-stream.ts';
import { holesToZeros, writeSections, zerosToHoles } from './sparse.ts';

async function sectionsOf(chunks: readonly Uint8Array[], blockBytes?: number): Promise<Section[]> {
  const options = blockBytes === undefined ? {} : { blockBytes };
  return Array.fromAsync(zerosToHoles(Readable.from(chunks), options));
}

/** Bytes with runs of zeros in them, in chunks of any length. */
const chunks = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.integer({ min: 0, max: 30 }).map((length) => new Uint8Array(length)),
  ),
);

describe('zeros', () => {
  it('become holes where a whole block is nothing else', async () => {
    const sections = await sectionsOf([Buffer.from('abcd\0\0\0\0\0\0\0\0e\0\0\0\0')], 4);
    expect(sections).toEqual([Buffer.from('abcd'), new Hole(8n), Buffer.from('e\0\0\0'), new Hole(1n)]);
  });

  it('and back again are the same bytes, however they were cut', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 9 }), async (given, blockBytes) => {
        const sections = await sectionsOf(given, blockBytes);
        const back = await Array.fromAsync(holesToZeros(Readable.from(sections)));
        expect(Buffer.concat(back)).toEqual(Buffer.concat(given));
        const holes = sections.filter((section) => section instanceof Hole);
        expect(holes.every(({ length }) => length > 0n)).toBe(true);
      }),
    );
  });

  it('are not looked for in blocks of nothing', async () => {
    await expect(sectionsOf([Buffer.from('a')], 0)).rejects.toBeInstanceOf(RangeError);
  });

  it('are found in blocks of 64 KiB within a pipeline', async () => {
    const half = Buffer.alloc(64 * 1024);
    const sections: Section[] = [];
    await pipeline(
      Readable.from([half, half, Buffer.from('x')]),
      zerosToHoles,
      async (from: AsyncIterable<Section>) => {
        for await (const section of from) sections.push(section);
      },
    );
    expect(sections).toEqual([new Hole(2n * 65_536n), Buffer.from('x')]);
  });
});

describe('a hole as bytes', () => {
  it('is given in pieces: a terabyte of it takes no memory', async () => {
    const bytes = holesToZeros(Readable.from([new Hole(2n ** 40n)]));
    const first = await bytes.next();
    expect(first.value?.length).toBe(65_536);
    await bytes.return();
  });
});

describe('sections in a file', () => {
  it('are at their places, and the file is as long as they are, with a hole at the end too', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'node-libvirt-sparse-'));
    const path = join(dir, 'disk');
    const file = await open(path, 'w');
    const sections = [new Hole(3n), Buffer.from('ab'), new Hole(1n), Buffer.from('c'), new Hole(4n)];
    expect(await writeSections(file, Readable.from(sections))).toBe(11);
    await file.close();
    expect(await readFile(path)).toEqual(Buffer.from('\0\0\0ab\0c\0\0\0\0'));
    expect((await stat(path)).size).toBe(11);
    await rm(dir, { recursive: true });
  });
});
