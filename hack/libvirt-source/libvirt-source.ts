import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aptEnvironment, type PackageOptions } from '../apt/apt.ts';
import { run } from '../command.ts';
import { withLock } from '../lock.ts';
import { cacheRoot } from '../paths.ts';
import { makeWhole } from '../whole-folder.ts';
import { type OpenArchive, withSourceArchive } from './private-apt.ts';
import { keyringOf, mirrorOf, parseRelease, type Release, suitesBeside } from './suites.ts';

/** What fetching and unpacking needs. */
export const libvirtSourcePackages = ['ca-certificates', 'tar', 'util-linux', 'xz-utils'] as const;

/** The parts of a libvirt source package that define its protocol, unpacked. */
export interface LibvirtSource {
  version: string;
  /** Where it was found, such as `bookworm`. */
  suite: string;
  folder: string;
}

export interface LibvirtSources {
  /** Of this machine's release. */
  own: LibvirtSource;
  /** The newest of another version that can be had. */
  other: LibvirtSource;
  /** Newer suites that could not be had, each with the reason. */
  unavailable: readonly string[];
}

/** Reads a suite of an archive; tests bring their own. */
export type ReadSuite = <T>(suite: string, work: (archive: OpenArchive) => Promise<T>) => Promise<T>;

export interface FetchOptions extends PackageOptions {
  /** Default: `cacheRoot`. */
  cacheDir?: string;
  /** Default: what /etc/os-release says. */
  release?: Release;
  /** Default: the mirror that this machine's own apt uses. */
  readSuite?: ReadSuite;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

const members = [
  ...['src/remote/*.x', 'src/rpc/*.x', 'src/libvirt_internal.h'],
  ...['include/libvirt/*.h', 'include/libvirt/*.h.in'],
];

/** For so long the archive is not asked again what its newest version is. */
const askAgainAfterMs = 24 * 3_600_000;

/**
 * libvirt's sources, of this machine's release and the newest of another version. They are kept in the cache; the
 * archive is asked once a day, and when it does not answer, what it said last is good enough.
 * @throws Error when this release's source, or every other suite's, cannot be had
 */
export async function libvirtSources(options: FetchOptions = {}): Promise<LibvirtSources> {
  const { cacheDir = cacheRoot, now = Date.now } = options;
  const release = options.release ?? parseRelease(await readFile('/etc/os-release', 'utf8'));
  const readSuite = options.readSuite ?? mirrorReader(release, options);
  const folder = join(cacheDir, 'libvirt-source');
  await mkdir(folder, { recursive: true });
  return withLock(join(folder, '.lock'), options, async () => {
    const record = join(folder, `${release.codename}.json`);
    const known = await readRecord(record);
    if (known && now() - known.askedAtMs < askAgainAfterMs) return known.sources;
    try {
      const sources = await ask(release, folder, readSuite, options);
      await writeRecord(record, { askedAtMs: now(), sources });
      return sources;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!known) throw error;
      options.onProgress?.(`taking libvirt's sources of an earlier day: ${(error as Error).message}`);
      return known.sources;
    }
  });
}

async function ask(
  release: Release,
  folder: string,
  readSuite: ReadSuite,
  options: PackageOptions,
): Promise<LibvirtSources> {
  const fetch = (suite: string) => {
    options.onProgress?.(`libvirt's source of ${suite}`);
    return readSuite(suite, (archive) => unpacked(suite, archive, folder));
  };
  const own = await fetch(release.codename);
  const unavailable: string[] = [];
  for (const suite of suitesBeside(release)) {
    try {
      const other = await fetch(suite);
      if (other.version !== own.version) return { own, other, unavailable };
    } catch (error) {
      options.signal?.throwIfAborted();
      unavailable.push(`${suite}: ${reasonOf(error as Error)}`);
      options.onProgress?.(`libvirt's source of ${unavailable.at(-1)}`);
    }
  }
  throw new Error(
    `no other libvirt than ${own.version} of ${own.suite} can be had: ${unavailable.join('; ')}`,
  );
}

async function unpacked(suite: string, archive: OpenArchive, folder: string): Promise<LibvirtSource> {
  const version = await archive.upstreamVersion('libvirt');
  const target = join(folder, version);
  await makeWhole(target, async (scratch) => unpack(await archive.downloadTarball('libvirt'), scratch));
  return { version, suite, folder: target };
}

async function unpack(tarball: string, folder: string): Promise<void> {
  const wanted = members.map((member) => `*/${member}`);
  const options = ['--strip-components=1', '--wildcards', '--no-same-owner'];
  await run('tar', ['--extract', '--file', tarball, '--directory', folder, ...options, ...wanted]);
}

interface Answer {
  askedAtMs: number;
  sources: LibvirtSources;
}

/** Undefined when there is none, or when what it names is gone. */
async function readRecord(path: string): Promise<Answer | undefined> {
  if (!existsSync(path)) return undefined;
  const record = JSON.parse(await readFile(path, 'utf8')) as Answer;
  const { own, other } = record.sources;
  return existsSync(own.folder) && existsSync(other.folder) ? record : undefined;
}

async function writeRecord(path: string, record: Answer): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(record));
  await rename(`${path}.new`, path);
}

function mirrorReader(release: Release, options: PackageOptions): ReadSuite {
  return async (suite, work) => {
    const format = '$(RELEASE) $(COMPONENT) $(REPO_URI)';
    const targets = ['indextargets', '--format', format, 'Identifier: Packages'];
    const mirror = mirrorOf(release, await run('apt-get', targets, { env: aptEnvironment() }));
    return withSourceArchive({ mirror, keyring: keyringOf(release), suite }, options, work);
  };
}

/** apt says what went wrong in lines that begin with E, the first of which has the cause. */
const reasonOf = ({ message }: Error) => /^E: (.*)$/m.exec(message)?.[1] ?? message.split('\n', 1)[0];
