import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences, writeFiles } from './files.ts';

let root: string;
const files = new Map([
  ['crds/a.yaml', 'a\n'],
  ['docs/b.md', 'b\n'],
]);
const check = () => differences(root, files, ['crds']);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vmfabric-generate-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('generated files', () => {
  it('differ as long as they are missing', async () => {
    expect(await check()).toEqual(['crds/a.yaml', 'docs/b.md']);
  });

  it('are written once, and then there is nothing to do', async () => {
    expect(await writeFiles(root, files, ['crds'])).toEqual(['crds/a.yaml', 'docs/b.md']);
    expect(await readFile(join(root, 'docs/b.md'), 'utf8')).toBe('b\n');
    expect(await check()).toEqual([]);
    expect(await writeFiles(root, files, ['crds'])).toEqual([]);
  });

  it('are told by name when somebody edited them', async () => {
    await writeFiles(root, files, ['crds']);
    await writeFile(join(root, 'crds/a.yaml'), 'a \n');
    expect(await check()).toEqual(['crds/a.yaml']);
  });

  it('that are generated no more go, but nobody else’s', async () => {
    await writeFiles(root, files, ['crds']);
    await mkdir(join(root, 'docs'), { recursive: true });
    for (const path of ['crds/old.yaml', 'docs/own.md']) await writeFile(join(root, path), '');
    expect(await check()).toEqual(['crds/old.yaml']);
    await writeFiles(root, files, ['crds']);
    expect(await readdir(join(root, 'crds'))).toEqual(['a.yaml']);
    expect(await readdir(join(root, 'docs'))).toEqual(['b.md', 'own.md']);
  });
});
