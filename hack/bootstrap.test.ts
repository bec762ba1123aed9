import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;

const lock = JSON.stringify({
  packages: {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '1.0.0', optional: true },
  },
});
const stampOf = (text: string) =>
  `${createHash('sha256').update(text).digest('hex')} ${process.platform}-${process.arch}`;

/** A checkout whose npm and own Node are small programs that tell what they were asked. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vmfabric-bootstrap-'));
  for (const folder of ['hack', 'bin']) mkdirSync(join(root, folder));
  copyFileSync(join(import.meta.dirname, 'bootstrap.mjs'), join(root, 'hack/bootstrap.mjs'));
  writeFileSync(join(root, 'package-lock.json'), lock);
  writeFileSync(
    join(root, 'hack/script.ts'),
    'console.log("script " + process.argv.slice(2)); process.exit(3)',
  );
  npm('mkdir -p node_modules/.bin && ln -sf "$NODE" node_modules/.bin/node');
});
afterEach(() => rmSync(root, { recursive: true }));

function npm(script: string): void {
  const path = join(root, 'bin/npm');
  writeFileSync(path, `#!/bin/sh\necho "$@" >> npm-calls\n${script}\n`);
  chmodSync(path, 0o755);
}

function npmCalls(): number {
  const path = join(root, 'npm-calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0;
}

function start(nodeArgs: string[], args: string[]) {
  const path = `${join(root, 'bin')}${delimiter}${process.env['PATH']}`;
  const env = { ...process.env, NODE: process.execPath, PATH: path };
  return spawn(process.execPath, [...nodeArgs, join(root, 'hack/bootstrap.mjs'), ...args], { env });
}

async function bootstrap(args = ['hack/script.ts'], nodeArgs: string[] = []) {
  const child = start(nodeArgs, args);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

describe('bootstrap', () => {
  it('installs what is missing, then runs the script with its arguments and ends with its code', async () => {
    const { code, output } = await bootstrap(['hack/script.ts', 'one', 'two']);
    expect(output).toContain('Installing the dependencies');
    expect(output).toContain('script one,two');
    expect(code).toBe(3);
  });

  it('installs once', async () => {
    await bootstrap();
    expect((await bootstrap()).output).toBe('script \n');
    expect(npmCalls()).toBe(1);
    expect(readFileSync(join(root, 'node_modules/.vmfabric-lock'), 'utf8')).toBe(stampOf(lock));
  });

  it('installs again when package-lock.json has changed', async () => {
    await bootstrap();
    writeFileSync(join(root, 'package-lock.json'), lock.replaceAll('1.0.0', '1.0.1'));
    await bootstrap();
    expect(npmCalls()).toBe(2);
  });

  it.each([
    ['takes what a person installed by hand', { 'node_modules/a': { version: '1.0.0' } }, 0],
    ['installs over another version', { 'node_modules/a': { version: '0.9.0' } }, 1],
    ['installs over what lacks a package', {}, 1],
    ['installs over a package too many', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/z': {} }, 1],
  ])('%s', async (_, packages, calls) => {
    mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
    copyFileSync(process.execPath, join(root, 'node_modules/.bin/node'));
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
    await bootstrap();
    expect(npmCalls()).toBe(calls);
  });

  it('installs over the binaries of another kind of machine', async () => {
    await bootstrap();
    const packages = { 'node_modules/a': { version: '1.0.0' } };
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
    const stamp = stampOf(lock).replace(process.arch, 'other');
    writeFileSync(join(root, 'node_modules/.vmfabric-lock'), stamp);
    await bootstrap();
    expect(npmCalls()).toBe(2);
  });

  it.each([
    ['npm error code ENOTFOUND', /registry is not reached \(ENOTFOUND\): connect this machine/],
    ['npm error code EUSAGE\nnpm error lock file and package.json differ', /npm ci failed \(lock file and/],
  ])('says in one sentence that %s', async (message, sentence) => {
    npm(`echo '${message}' >&2; exit 1`);
    const { code, output } = await bootstrap();
    expect(code).toBe(1);
    expect(output.trim().split('\n').at(-1)).toMatch(sentence);
    expect(output).not.toContain('script');
  });

  it('says that Node is too old', async () => {
    const pretend = "Object.defineProperty(process.versions, 'node', { value: '18.20.4' })";
    const { code, output } = await bootstrap(undefined, ['--import', `data:text/javascript,${pretend}`]);
    expect(output).toBe(
      "vmfabric's scripts need Node 20 or newer to start, and this is 18.20.4: install a newer one, for example from https://nodejs.org.\n",
    );
    expect(code).toBe(1);
  });

  it('passes a signal on and waits for the script, however long it takes', async () => {
    const script =
      'process.on("SIGINT", () => setTimeout(() => { console.log("took down"); process.exit(7); }, 300)); setInterval(() => {}, 1e6); console.log("up");';
    writeFileSync(join(root, 'hack/script.ts'), script);
    const child = start([], ['hack/script.ts']);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (String(chunk).includes('up\n')) child.kill('SIGINT');
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(7);
    expect(output).toContain('took down');
  });

  it('ends with 128 and the number of the signal that ended the script', async () => {
    writeFileSync(
      join(root, 'hack/script.ts'),
      'process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1e6);',
    );
    expect((await bootstrap()).code).toBe(137);
  });
});
