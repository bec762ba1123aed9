import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm } from './commands.ts';
import { Consumer } from './consumer.ts';
import { pack, packageRoot } from './pack.ts';
import { firstExample, readmeExamples } from './readme.ts';

const toolsTimeoutMs = 60_000;

async function readJson(folder: string) {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

describe('the package that is published', () => {
  let dir: string;
  let tarball: string;
  let files: string[];
  let consumer: Consumer;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'node-libvirt-published-'));
    tarball = await pack(dir);
    const listing = execFileSync('tar', ['--list', '--file', tarball], { encoding: 'utf8' });
    files = listing.split('\n').flatMap((path) => (path ? [path.replace(/^package\//, '')] : []));
    consumer = new Consumer(join(dir, 'project'));
    await consumer.install(tarball);
  }, toolsTimeoutMs);

  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is the papers, and JavaScript with a declaration for each file of it', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
    expect(files.filter((path) => !path.startsWith('lib/')).sort()).toEqual(papers);
    const code = files.filter((path) => path.startsWith('lib/'));
    const stems = (ending: RegExp) =>
      code.filter((path) => ending.test(path)).map((path) => path.replace(ending, ''));
    const modules = stems(/\.js$/).sort();
    expect(modules).toEqual(expect.arrayContaining(['lib/index', 'lib/testing/index']));
    expect(stems(/\.d\.ts$/).sort()).toEqual(modules);
    expect(code).toHaveLength(2 * modules.length);
  });

  it('holds nothing that only this repository uses', () => {
    const own = /\.test\.|random-value|certificates|fuzz|drift|pack\//;
    expect(files.filter((path) => own.test(path))).toEqual([]);
  });

  it('is small: less than 256 KiB', async () => {
    expect((await stat(tarball)).size).toBeLessThan(256 * 1024);
  });

  it('has a package.json of its own', async () => {
    const manifest = await readJson(join(consumer.folder, 'node_modules/node-libvirt'));
    const { name, version, description, keywords, engines } = await readJson(packageRoot);
    expect(manifest).toMatchObject({ name, version, description, keywords, engines, license: 'Apache-2.0' });
    expect(manifest).toMatchObject({ type: 'module', sideEffects: false });
    const absent = ['private', 'scripts', 'files', 'dependencies', 'devDependencies'];
    expect(absent.filter((field) => field in manifest)).toEqual([]);
    for (const entry of Object.values<Record<string, string>>(manifest.exports)) {
      expect(Object.keys(entry)).toEqual(['types', 'default']);
      for (const path of Object.values(entry)) expect(files).toContain(path.replace('./', ''));
    }
  });

  it('brings no other package', async () => {
    const installed = await readdir(join(consumer.folder, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['node-libvirt']);
  });

  it(
    'is imported by plain Node, with all that the sources export',
    async () => {
      const sources = [await import('../src/index.ts'), await import('../src/testing/index.ts')];
      const expected = sources.map((source) => Object.keys(source).sort());
      expect(JSON.parse(await consumer.run('names.ts'))).toEqual(expected);
    },
    toolsTimeoutMs,
  );

  it.each(['nodenext', 'bundler'] as const)(
    'has types for a strict program and every example of README, with resolution %s',
    async (resolution) => {
      const examples = readmeExamples();
      expect(examples.length).toBeGreaterThan(5);
      for (const [index, code] of examples.entries()) await consumer.write(`example-${index}.ts`, code);
      await consumer.check(resolution);
    },
    toolsTimeoutMs,
  );

  it(
    'runs the first example of README',
    async () => {
      const socket = join(dir, 'libvirt-sock');
      await consumer.write('first.mjs', firstExample(socket));
      const example = join(consumer.folder, 'first.mjs');
      const printed = await consumer.run('serve-example.ts', socket, example);
      expect(printed).toContain('lifecycle first\n');
      expect(printed).toContain("state: 'Running'");
      const calls = ['DefineXmlFlags', 'CreateWithFlags', 'GetState', 'DestroyFlags', 'UndefineFlags'];
      const last = printed.trim().split('\n').at(-1);
      expect(last).toBe(calls.map((name) => `domain${name}`).join(' '));
    },
    toolsTimeoutMs,
  );

  it(
    'runs the examples of README that test with what the package brings for it',
    async () => {
      const examples = readmeExamples().filter((code) => code.includes('node-libvirt/testing'));
      expect(examples).toHaveLength(2);
      for (const [index, code] of examples.entries()) {
        expect(code).toContain('assert.');
        await consumer.write(`testing-${index}.mjs`, code);
        await consumer.run(`testing-${index}.mjs`);
      }
    },
    toolsTimeoutMs,
  );
});

describe('the folder of the sources', () => {
  it.each(['pack', 'publish'])(
    'refuses npm %s in one sentence that tells the way',
    async (command) => {
      const refused = npm([command, '--dry-run'], packageRoot);
      await expect(refused).rejects.toThrow(/holds TypeScript, .* run: npm run pack, in the folder above\./);
    },
    toolsTimeoutMs,
  );

  it(
    'is not published by who runs no scripts, either',
    async () => {
      const published = await npm(['publish', '--dry-run', '--ignore-scripts', '--json'], packageRoot);
      expect(published.trim()).toBe(''); // else what would have been published
    },
    toolsTimeoutMs,
  );
});
