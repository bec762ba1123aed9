import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packCpio } from './cpio.ts';

interface Unpacked {
  path: string;
  mode: number;
  body: Buffer;
}

/** Reads the format by its description: a header of 110 characters, name and body each padded to 4 bytes. */
function unpack(archive: Buffer): Unpacked[] {
  const entries: Unpacked[] = [];
  for (let at = 0; ; ) {
    expect(archive.toString('latin1', at, at + 6)).toBe('070701');
    const field = (index: number) =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const path = archive.toString('utf8', at + 110, at + 110 + nameSize - 1);
    const start = Math.ceil((at + 110 + nameSize) / 4) * 4;
    if (path === 'TRAILER!!!') return entries;
    entries.push({ path, mode, body: archive.subarray(start, start + size) });
    at = Math.ceil((start + size) / 4) * 4;
  }
}

describe('packCpio', () => {
  it('packs files, programs and links with their modes, folders before what is in them', () => {
    const archive = packCpio([
      { path: 'sbin/a/b', content: Buffer.from('program'), executable: true },
      { path: 'etc/list', content: Buffer.from('text') },
      { path: 'bin/sh', target: 'busybox' },
      { path: 'proc' },
    ]);
    const found = unpack(archive).map(({ path, mode, body }) => [path, mode.toString(8), body.toString()]);
    expect(found).toEqual([
      ['bin', '40755', ''],
      ['bin/sh', '120777', 'busybox'],
      ['etc', '40755', ''],
      ['etc/list', '100644', 'text'],
      ['proc', '40755', ''],
      ['sbin', '40755', ''],
      ['sbin/a', '40755', ''],
      ['sbin/a/b', '100755', 'program'],
    ]);
  });

  it('gives the same bytes whatever the order', () => {
    const entries = ['b', 'a', 'c/d'].map((path) => ({ path, content: Buffer.from(path) }));
    expect(packCpio(entries)).toEqual(packCpio([...entries].reverse()));
  });

  it('gives back every content and keeps the padding', () => {
    const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), content);
    fc.assert(
      fc.property(files, (byPath) => {
        const archive = packCpio(Object.entries(byPath).map(([path, body]) => ({ path, content: body })));
        expect(archive.length % 4).toBe(0);
        const found = Object.fromEntries(unpack(archive).map(({ path, body }) => [path, Buffer.from(body)]));
        expect(found).toEqual({ ...byPath });
      }),
    );
  });
});
