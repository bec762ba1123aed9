import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptEnvironment, aptGet, type PackageOptions } from '../apt/apt.ts';
import { run } from '../command.ts';

/** One suite of a distribution's archive of sources. */
export interface SourceArchive {
  mirror: string;
  keyring: string;
  suite: string;
}

/** What can be asked of it while it is open. */
export interface OpenArchive {
  /** The version of a source package as its authors count it: `9.0.0`. */
  upstreamVersion(name: string): Promise<string>;
  /** Downloads the authors' tarball, checked by the archive's signature, and gives its path. */
  downloadTarball(name: string): Promise<string>;
}

/** Reads a suite with an apt whose lists and downloads are its own and are gone afterwards: this machine's stay as they are. */
export async function withSourceArchive<T>(
  archive: SourceArchive,
  options: PackageOptions,
  work: (archive: OpenArchive) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'vmfabric-apt-'));
  try {
    const config = await configure(folder, archive);
    await aptGet(['-c', config, 'update', '--error-on=any'], options);
    return await work(openArchive(folder, config, options));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function openArchive(folder: string, config: string, options: PackageOptions): OpenArchive {
  // The authors' tarball alone: what a distribution adds has no part in the protocol.
  const source = (name: string) => ['-c', config, '--tar-only', 'source', name];
  const env = aptEnvironment();
  const downloads = join(folder, 'downloads');
  return {
    upstreamVersion: async (name) =>
      parseUpstreamVersion(
        name,
        await run('apt-get', ['--print-uris', ...source(name)], { env, cwd: downloads }),
      ),
    async downloadTarball(name) {
      await aptGet(['--download-only', ...source(name)], { ...options, cwd: downloads });
      const [tarball] = (await readdir(downloads)).filter((file) => file.startsWith(`${name}_`));
      if (tarball === undefined) throw new Error(`apt downloaded no tarball of ${name}`);
      return join(downloads, tarball);
    },
  };
}

/** Reads the output of `apt-get --print-uris source`. */
export function parseUpstreamVersion(name: string, printedUris: string): string {
  const version = new RegExp(`\\b${name}_([\\w.~+]+)\\.orig\\.tar\\.`).exec(printedUris)?.[1];
  if (version === undefined) throw new Error(`the archive names no tarball of ${name}`);
  return version;
}

async function configure(folder: string, archive: SourceArchive): Promise<string> {
  for (const name of ['lists/partial', 'archives/partial', 'downloads'])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'sources.list'), sourcesList(archive));
  const config = join(folder, 'apt.conf');
  await writeFile(config, aptConfig(folder));
  return config;
}

export function sourcesList({ mirror, keyring, suite }: SourceArchive): string {
  return `deb-src [signed-by=${keyring}] ${mirror} ${suite} main\n`;
}

/** Read after the machine's own configuration, whose proxies stay and whose hooks, which clean up its caches, do not. */
function aptConfig(folder: string): string {
  return `
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets;
Acquire::IndexTargets::deb-src::Sources { MetaKey "$(COMPONENT)/source/Sources"; };
Acquire::Languages "none";
APT::Sandbox::User "root";
Dir::Etc::sourcelist "${folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "${folder}";
Dir::State::lists "${folder}/lists";
Dir::Cache "${folder}";
Dir::Cache::archives "${folder}/archives";
`;
}
