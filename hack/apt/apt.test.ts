import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { aptGet, MissingRequirement, missingPackages, parseMissing, unknownPackages } from './apt.ts';

describe('parseMissing', () => {
  it('counts only what is fully installed', () => {
    const output = ['bash installed', 'half half-configured', 'removed config-files', ''].join('\n');
    expect(parseMissing(['bash', 'half', 'removed', 'never'], output)).toEqual(['half', 'removed', 'never']);
  });

  it('does not take a message of dpkg-query for a package', () => {
    expect(parseMissing(['never'], 'dpkg-query: no packages found matching never\n')).toEqual(['never']);
  });
});

describe('unknownPackages', () => {
  it('reads both ways in which apt-get says so', () => {
    const output = [
      'E: Unable to locate package nosuch',
      "E: Package 'virtual' has no installation candidate",
      'E: Package other has no installation candidate',
    ].join('\n');
    expect(unknownPackages(output)).toEqual(['nosuch', 'virtual', 'other']);
  });

  it('does not blame packages for another failure', () => {
    expect(unknownPackages('E: Could not get lock /var/lib/dpkg/lock-frontend')).toEqual([]);
  });
});

describe('missingPackages', () => {
  const queryPackages = async () => 'dpkg installed\ndnsmasq config-files\n';
  const machine = { isLinux: true, hasApt: true, isRoot: true, queryPackages };

  it.each([
    ['no Linux', { isLinux: false }, 'a Linux machine is needed'],
    ['no apt', { hasApt: false }, 'use Debian or Ubuntu'],
    ['no root', { isRoot: false }, 'sudo apt-get install --no-install-recommends dnsmasq'],
  ])('says in one sentence what is missing and what to do with %s', async (_, lack, wayOut) => {
    const attempt = missingPackages(['dnsmasq'], { ...machine, ...lack });
    await expect(attempt).rejects.toThrow(MissingRequirement);
    await expect(attempt).rejects.toThrow(/^Missing dnsmasq: /);
    await expect(attempt).rejects.toThrow(wayOut);
  });

  it('needs no root when nothing is missing', async () => {
    expect(await missingPackages(['dpkg'], { ...machine, isRoot: false })).toEqual([]);
  });

  it('finds what is missing among what is there', async () => {
    expect(await missingPackages(['dpkg', 'dnsmasq', 'kmod'], machine)).toEqual(['dnsmasq', 'kmod']);
  });
});

describe('aptGet', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vmfabric-apt-'));
    vi.stubEnv('PATH', `${dir}${delimiter}${process.env['PATH']}`);
    return async () => {
      vi.unstubAllEnvs();
      await rm(dir, { recursive: true });
    };
  });

  const locked =
    'echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)" >&2';

  async function placeAptGet(script: string): Promise<void> {
    await writeFile(join(dir, 'apt-get'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  it('waits for another apt that holds the package lists, which apt itself does not', async () => {
    await placeAptGet(
      `echo x >> ${dir}/calls; [ $(wc -l < ${dir}/calls) -gt 1 ] || { ${locked}; exit 100; }`,
    );
    await aptGet(['update'], {});
    expect(await readFile(join(dir, 'calls'), 'utf8')).toBe('x\nx\n');
  });

  it('does not wait for ever, and not after an interruption', async () => {
    await placeAptGet(`${locked}; exit 100`);
    await expect(aptGet(['update'], { lockTimeoutMs: 0 })).rejects.toThrow('another apt to end');
    const interrupted = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(aptGet(['update'], { signal: interrupted })).rejects.toThrow('Ctrl-C');
  });

  it('tells another failure at once, with what apt said', async () => {
    await placeAptGet('echo "E: You do not have enough free space" >&2; exit 100');
    await expect(aptGet(['install', 'qemu'], {})).rejects.toThrow('not have enough free space');
  });

  it('names a package that no source has, and the way out', async () => {
    await placeAptGet('echo "E: Unable to locate package nosuch" >&2; exit 100');
    const attempt = aptGet(['install', 'nosuch'], {});
    await expect(attempt).rejects.toThrow(MissingRequirement);
    await expect(attempt).rejects.toThrow(/^Missing nosuch: .*sources\.list/);
  });
});
