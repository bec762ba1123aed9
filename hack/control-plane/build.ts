import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.ts';
import { withLock } from '../lock.ts';
import type { BinaryName } from './binaries.ts';
import { findGo } from './go-toolchain.ts';

const helmVersion = 'v4.3.1';
/** No VCS stamp: git refuses to answer in a checkout that belongs to another user, and Go fails with it. */
const commonFlags = ['-trimpath', '-buildvcs=false'];
const sourceFolder = import.meta.dirname;
/** Those of a control plane's programs that have their main here. */
const controlPlanePrograms = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;

/** What can be built; kube-scheduler is of no control plane here, and has a cache of its own. */
export type ProgramName = BinaryName | 'kube-scheduler';

export interface BuildOptions {
  /** Where the finished binaries go; each appears there at once and whole. */
  folder: string;
  /** Where a Go toolchain is kept if this machine has none. */
  cacheDir: string;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

/** Version of Kubernetes and a hash of all that decides what is built, as the name of a cache folder. */
export async function cacheKey(programs: readonly ProgramName[] = controlPlanePrograms): Promise<string> {
  const sources = ['go.mod', 'go.sum', ...programs.map(mainOf)];
  const texts = await Promise.all(sources.map((path) => readFile(join(sourceFolder, path), 'utf8')));
  const version = kubernetesVersion(texts[0] ?? '');
  return cacheKeyOf(version, [...texts, linkerFlags(version), ...helmArguments(), process.arch]);
}

export function cacheKeyOf(version: string, inputs: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
  return `${version}-${hash.slice(0, 12)}`;
}

/** The version that go.mod requires of k8s.io/kubernetes, such as v1.36.3. */
export function kubernetesVersion(goMod: string): string {
  const version = /^\s*(?:require\s+)?k8s\.io\/kubernetes\s+(v\d+\.\d+\.\d+\S*)/m.exec(goMod)?.[1];
  if (!version) throw new Error('hack/control-plane/go.mod requires no version of k8s.io/kubernetes');
  return version;
}

/**
 * Builds `names` into `options.folder`. Two builds for the same folder run one after the other, and the second finds
 * what the first has made.
 */
export async function build(names: readonly ProgramName[], options: BuildOptions): Promise<void> {
  await mkdir(options.folder, { recursive: true });
  await withLock(join(options.folder, '.lock'), options, async () => {
    await removeAbandoned(options.folder);
    const missing = names.filter((name) => !existsSync(join(options.folder, name)));
    if (missing.length > 0) await buildAll(missing, options);
  });
}

const scratchPrefix = '.building-';

/** What a build that was killed has left; as the lock is ours, no other is under way. */
async function removeAbandoned(folder: string): Promise<void> {
  const abandoned = (await readdir(folder)).filter((name) => name.startsWith(scratchPrefix));
  for (const name of abandoned) await rm(join(folder, name), { recursive: true, force: true });
}

async function buildAll(names: readonly ProgramName[], options: BuildOptions): Promise<void> {
  const { folder, onProgress } = options;
  const goMod = await readFile(join(sourceFolder, 'go.mod'), 'utf8');
  const go = await findGo(goMod, options);
  const scratch = await mkdtemp(join(folder, scratchPrefix));
  try {
    for (const [index, name] of names.entries()) {
      onProgress?.(`building ${name} (${index + 1} of ${names.length})`);
      const args =
        name === 'helm' ? helmArguments() : buildArguments(name, scratch, kubernetesVersion(goMod));
      await runGo(go, args, scratch, options);
      // On the same file system, so a reader sees no file or the whole one, and a killed build leaves what it finished.
      await rename(join(scratch, name), join(folder, name));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runGo(
  go: string,
  args: readonly string[],
  scratch: string,
  options: BuildOptions,
): Promise<void> {
  // The person's own settings must not change what is built; where modules come from stays theirs.
  const settings = { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOTOOLCHAIN: 'local' };
  await run(go, args, {
    cwd: sourceFolder,
    // Go removes its own files only when it ends by itself, and its compilers are processes that it leaves behind.
    env: { ...process.env, ...settings, GOBIN: scratch, GOTMPDIR: scratch },
    ownGroup: true,
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

function buildArguments(name: ProgramName, out: string, version: string): string[] {
  const flags = ['-mod=readonly', ...commonFlags, '-ldflags', linkerFlags(version)];
  return ['build', ...flags, '-o', join(out, name), `./cmd/${name}`];
}

function helmArguments(): string[] {
  const flags = `-s -w -X helm.sh/helm/v4/internal/version.version=${helmVersion}`;
  return ['install', ...commonFlags, '-ldflags', flags, `helm.sh/helm/v4/cmd/helm@${helmVersion}`];
}

/** Without its version, helm cannot parse what the server says of itself and refuses it. */
function linkerFlags(version: string): string {
  const [major = '', minor = ''] = version.replace('v', '').split('.');
  // An empty commit becomes "unknown" in user agents, where a placeholder of the release process stands else.
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitCommit: '' };
  const settings = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((module) =>
    Object.entries(variables).map(([key, value]) => `-X ${module}.${key}=${value}`),
  );
  return ['-s -w', ...settings].join(' ');
}

function mainOf(name: string): string {
  return join('cmd', name, 'main.go');
}
