import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWhole } from './whole-folder.ts';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'whole-folder-'));
});

afterEach(() => rm(cache, { recursive: true, force: true }));

describe('a folder of a cache', () => {
  it('gets its name only when it is whole', async () => {
    await makeWhole(join(cache, 'sub', 'it'), async (scratch) => {
      await writeFile(join(scratch, 'file'), 'text');
      expect(await readdir(join(cache, 'sub'))).not.toContain('it');
    });
    expect(await readFile(join(cache, 'sub', 'it', 'file'), 'utf8')).toBe('text');
    expect(await readdir(join(cache, 'sub'))).toEqual(['it']);
  });

  it('is made once', async () => {
    let made = 0;
    for (let times = 0; times < 2; times++) await makeWhole(join(cache, 'it'), async () => void made++);
    expect(made).toBe(1);
  });

  it('is not there after a failure, nor is a part of it', async () => {
    const fill = async (scratch: string) => {
      await writeFile(join(scratch, 'half'), '');
      throw new Error('no space left');
    };
    await expect(makeWhole(join(cache, 'it'), fill)).rejects.toThrow('no space left');
    expect(await readdir(cache)).toEqual([]);
  });

  it('clears away what was killed half-way, and nothing else', async () => {
    for (const name of ['.making-abc', 'other']) await mkdir(join(cache, name));
    await makeWhole(join(cache, 'it'), async () => {});
    expect(await readdir(cache)).toEqual(['it', 'other']);
  });
});
