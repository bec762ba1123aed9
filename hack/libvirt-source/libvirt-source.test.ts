import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../command.ts';
import { type FetchOptions, libvirtSources, type ReadSuite } from './libvirt-source.ts';

let folder: string;
let cacheDir: string;
/** What each suite offers; one that is not here cannot be read. */
let offers: Record<string, string>;
let asked: string[];
let downloads: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'libvirt-source-'));
  cacheDir = join(folder, 'cache');
  offers = { bookworm: '9.0.0', sid: '12.8.0', testing: '11.3.0' };
  asked = [];
  downloads = [];
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const readSuite: ReadSuite = (suite, work) => {
  asked.push(suite);
  const version = offers[suite];
  if (version === undefined)
    throw new Error(`apt-get ended with 100: Reading\nE: no ${suite} here\nE: failed`);
  return work({
    upstreamVersion: async () => version,
    downloadTarball: async () => {
      downloads.push(version);
      return tarball(version);
    },
  });
};

/** As much of a source package as counts. */
async function tarball(version: string): Promise<string> {
  const tree = join(folder, `libvirt-${version}`);
  const files = {
    ...{
      'src/remote/remote_protocol.x': 'x',
      'src/rpc/virnetprotocol.x': 'x',
      'src/libvirt_internal.h': 'h',
    },
    ...{
      'include/libvirt/virterror.h': version,
      'include/libvirt/libvirt-common.h.in': 'h',
      'src/other.c': 'c',
    },
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(tree, name, '..'), { recursive: true });
    await writeFile(join(tree, name), text);
  }
  const path = join(folder, `libvirt_${version}.tar`);
  await run('tar', ['-cf', path, '-C', folder, `libvirt-${version}`]);
  return path;
}

let nowMs = 0;
const fetch = (options: FetchOptions = {}) =>
  libvirtSources({
    ...{ cacheDir, readSuite, release: { id: 'debian', codename: 'bookworm' }, now: () => nowMs },
    ...options,
  });

describe('the sources', () => {
  it("are this release's and the newest, unpacked as far as they define the protocol", async () => {
    const { own, other, unavailable } = await fetch();
    expect([own.version, own.suite, other.version, other.suite]).toEqual([
      '9.0.0',
      'bookworm',
      '12.8.0',
      'sid',
    ]);
    expect(unavailable).toEqual([]);
    expect(await readFile(join(other.folder, 'include/libvirt/virterror.h'), 'utf8')).toBe('12.8.0');
    expect(await readdir(join(own.folder, 'src'))).toEqual(['libvirt_internal.h', 'remote', 'rpc']);
  });

  it('are of the next suite when the newest cannot be had, which is told', async () => {
    delete offers['sid'];
    const { other, unavailable } = await fetch();
    expect(other.suite).toBe('testing');
    expect(unavailable).toEqual(['sid: no sid here']);
  });

  it('are of two versions, even on the newest release', async () => {
    offers = { bookworm: '12.8.0', sid: '12.8.0', testing: '12.8.0', stable: '11.3.0' };
    const { own, other } = await fetch();
    expect([own.version, other.version]).toEqual(['12.8.0', '11.3.0']);
  });

  it("fail without this release's", async () => {
    delete offers['bookworm'];
    await expect(fetch()).rejects.toThrow('no bookworm here');
  });

  it('fail when no other can be had, with each reason', async () => {
    offers = { bookworm: '9.0.0', stable: '9.0.0' };
    await expect(fetch()).rejects.toThrow(
      'no other libvirt than 9.0.0 of bookworm can be had: sid: no sid here; testing: no testing here; oldstable: no oldstable here',
    );
  });
});

describe('the cache', () => {
  const hourMs = 3_600_000;

  it('answers for a day', async () => {
    const first = await fetch();
    nowMs += 23 * hourMs;
    expect(await fetch()).toEqual(first);
    expect(asked).toEqual(['bookworm', 'sid']);
  });

  it('is asked anew after it, and downloads only what is new', async () => {
    await fetch();
    nowMs += 25 * hourMs;
    offers['sid'] = '12.9.0';
    expect((await fetch()).other.version).toBe('12.9.0');
    expect(downloads).toEqual(['9.0.0', '12.8.0', '12.9.0']);
  });

  it('is good enough when the archive does not answer any more, which is told', async () => {
    const first = await fetch();
    nowMs += 25 * hourMs;
    offers = {};
    const lines: string[] = [];
    expect(await fetch({ onProgress: (line) => lines.push(line) })).toEqual(first);
    expect(lines.join('\n')).toContain('of an earlier day');
  });

  it('is filled again when somebody emptied a part of it', async () => {
    const { other } = await fetch();
    await rm(other.folder, { recursive: true });
    await fetch();
    expect(downloads).toEqual(['9.0.0', '12.8.0', '12.8.0']);
  });

  it('holds nothing of a download that broke', async () => {
    const broken: ReadSuite = (_, work) =>
      work({
        upstreamVersion: async () => '9.0.0',
        downloadTarball: async () => join(folder, 'missing.tar'),
      });
    await expect(fetch({ readSuite: broken })).rejects.toThrow('tar');
    expect(await readdir(join(cacheDir, 'libvirt-source'))).toEqual(['.lock']);
  });
});
