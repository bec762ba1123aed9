import { existsSync } from 'node:fs';
import { platform } from 'node:os';
import { CommandError, type RunOptions, run } from '../command.ts';
import { waitFor } from '../wait.ts';
import { endAbandonedHold, withServicesHeld } from './service-hold.ts';

/** Something this machine lacks and the project cannot bring by itself; the message says what to do instead. */
export class MissingRequirement extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MissingRequirement';
  }
}

export interface PackageOptions {
  /** Called with a line of apt's output, or a sentence on what happens now. */
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

/** What can be asked of the machine; tests bring their own. */
export interface Machine {
  isLinux: boolean;
  hasApt: boolean;
  isRoot: boolean;
  /** dpkg-query's answer, a line `NAME STATUS` for each package that it knows. */
  queryPackages: (names: readonly string[]) => Promise<string>;
}

const thisMachine = (): Machine => ({
  isLinux: platform() === 'linux',
  hasApt: existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-query'),
  isRoot: process.getuid?.() === 0,
  queryPackages,
});

/** Another apt is waited for, as a machine that was just booted often runs one by itself; see `isLocked` as well. */
const aptOptions = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];

/** apt's environment: it asks no questions, and its messages can be read whatever the user's language. */
export const aptEnvironment = () => ({ ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' });

/**
 * Installs those of the Debian packages that are missing, without their services being started.
 * @throws MissingRequirement when they are missing and this machine or user cannot install them.
 */
export async function ensurePackages(names: readonly string[], options: PackageOptions = {}): Promise<void> {
  const machine = thisMachine();
  if (machine.isRoot) await endAbandonedHold(undefined, options);
  const missing = await missingPackages(names, machine);
  if (missing.length === 0) return;
  options.onProgress?.(`installing ${missing.join(', ')}`);
  await withServicesHeld(() => install(names, options), undefined, options);
}

/**
 * The packages that are not installed.
 * @throws MissingRequirement when some are and `machine` has no way to install them.
 */
export async function missingPackages(names: readonly string[], machine: Machine): Promise<string[]> {
  if (!machine.isLinux) throw new MissingRequirement(sentence(names, 'a Linux machine is needed for them.'));
  if (!machine.hasApt) {
    throw new MissingRequirement(sentence(names, 'use Debian or Ubuntu, or a container or VM of one.'));
  }
  const missing = parseMissing(names, await machine.queryPackages(names));
  if (missing.length > 0 && !machine.isRoot) {
    throw new MissingRequirement(
      sentence(
        missing,
        `run this as root, or run: sudo apt-get install --no-install-recommends ${missing.join(' ')}`,
      ),
    );
  }
  return missing;
}

/** Which of `names` are not "installed" in the output of dpkg-query (`NAME STATUS` per line). */
export function parseMissing(names: readonly string[], dpkgQuery: string): string[] {
  const installed = new Set(
    dpkgQuery.split('\n').flatMap((line) => {
      const [name, status] = line.split(' ');
      return name && status === 'installed' ? [name] : [];
    }),
  );
  return names.filter((name) => !installed.has(name));
}

/** Fetches the package lists anew. */
export async function updatePackageLists(options: PackageOptions = {}): Promise<void> {
  await aptGet(['update'], options);
}

async function install(names: readonly string[], options: PackageOptions): Promise<void> {
  // Looked up again: another run that held the lock may have installed them meanwhile.
  const missing = await missingPackages(names, thisMachine());
  if (missing.length === 0) return;
  await updatePackageLists(options);
  const args = ['install', '--no-install-recommends', ...missing];
  await aptGet([...args, '--download-only'], options);
  await unpackAndConfigure(args, options);
}

/** Cannot be interrupted: a dpkg that is stopped half-way refuses all further work until someone mends it by hand. */
async function unpackAndConfigure(args: readonly string[], options: PackageOptions): Promise<void> {
  const { signal, ...uninterrupted } = options;
  signal?.throwIfAborted();
  const tell = () => options.onProgress?.('the packages are installed to the end first');
  signal?.addEventListener('abort', tell, { once: true });
  try {
    // Where somebody did stop one, this mends it; else it does nothing.
    await run('dpkg', ['--configure', '-a'], { env: aptEnvironment(), ownGroup: true });
    await aptGet(args, { ...uninterrupted, ownGroup: true });
  } finally {
    signal?.removeEventListener('abort', tell);
  }
  signal?.throwIfAborted();
}

type AptOptions = PackageOptions & Pick<RunOptions, 'cwd' | 'ownGroup'> & { lockTimeoutMs?: number };

/**
 * Runs apt-get; while another apt is at work it waits, up to ten minutes.
 * @throws MissingRequirement naming the packages that the configured sources do not have.
 */
export async function aptGet(args: readonly string[], options: AptOptions): Promise<void> {
  const { lockTimeoutMs = 600_000, onProgress, ...rest } = options;
  const runOptions = { ...rest, env: aptEnvironment(), ...(onProgress ? { onLine: onProgress } : {}) };
  let outcome: unknown;
  const attempt = async () => {
    outcome = await run('apt-get', [...aptOptions, ...args], runOptions).catch((error: unknown) => error);
    return !isLocked(outcome);
  };
  await waitFor('another apt to end', attempt, { ...rest, timeoutMs: lockTimeoutMs, everyMs: 1_000 });
  if (outcome instanceof Error) throw explained(outcome);
}

/** The lock of the package lists is the one that apt itself never waits for. */
const isLocked = (outcome: unknown) =>
  outcome instanceof CommandError && /^E: (Could not get|Unable to) lock /m.test(outcome.output);

function explained(error: Error): Error {
  const unknown = error instanceof CommandError ? unknownPackages(error.output) : [];
  if (unknown.length === 0) return error;
  return new MissingRequirement(
    sentence(unknown, 'no configured package source has them: look at /etc/apt/sources.list.'),
    { cause: error },
  );
}

/** Names that apt-get says it cannot find or has no version of. */
export function unknownPackages(output: string): string[] {
  const patterns = [
    /Unable to locate package (\S+)/g,
    /Package '?([^\s']+)'? has no installation candidate/g,
  ];
  return patterns.flatMap((pattern) => [...output.matchAll(pattern)].map((match) => match[1] ?? ''));
}

async function queryPackages(names: readonly string[]): Promise<string> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in
  const query = ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names];
  return run('dpkg-query', query).catch((error: unknown) => {
    // Exit code 1 means that some name is unknown; the others are listed all the same.
    if (error instanceof CommandError && error.exitCode === 1) return error.output;
    throw error;
  });
}

const sentence = (names: readonly string[], wayOut: string) => `Missing ${names.join(', ')}: ${wayOut}`;
