import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { binaryNames, findBinaries } from './binaries.ts';
import { cacheKey, cacheKeyOf, kubernetesVersion } from './build.ts';
import { findScheduler } from './scheduler.ts';

let dir: string;
let cacheDir: string;
let folder: string;
let lines: string[];

/** Stands in for the compiler: makes the file it is asked for, and keeps its arguments. */
const compiler = `#!/bin/sh
if [ "$1" = version ]; then echo go version go99.0 linux/amd64; exit; fi
echo "$CGO_ENABLED $*" >> "$0.calls"
[ -e "$0.fails" ] && { echo undefined: app.NewAPIServerCommand >&2; exit 1; }
out="$GOBIN/helm"
while [ $# -gt 0 ]; do [ "$1" = -o ] && out="$2"; shift; done
echo binary > "$out"
`;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vmfabric-binaries-'));
  cacheDir = join(dir, 'cache');
  folder = join(cacheDir, 'control-plane', await cacheKey());
  lines = [];
  await mkdir(join(dir, 'path'));
  await writeFile(join(dir, 'path', 'go'), compiler);
  await chmod(join(dir, 'path', 'go'), 0o755);
  vi.stubEnv('PATH', `${join(dir, 'path')}:${process.env['PATH']}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

const find = (env: NodeJS.ProcessEnv = {}) =>
  findBinaries({ cacheDir, env, onProgress: (line) => lines.push(line) });
const calls = async () => (await readFile(join(dir, 'path', 'go.calls'), 'utf8')).trim().split('\n');

async function fill(where: string, names: readonly string[]): Promise<string> {
  await mkdir(where, { recursive: true });
  for (const name of names) await appendFile(join(where, name), 'there');
  return where;
}

describe('findBinaries', () => {
  it('builds all five, tells which, and the next time finds them', async () => {
    const binaries = await find();
    expect(lines).toEqual(binaryNames.map((name, index) => `building ${name} (${index + 1} of 5)`));
    for (const name of binaryNames) expect(await readFile(binaries[name], 'utf8')).toBe('binary\n');
    expect(await find()).toEqual(binaries);
    expect(await calls()).toHaveLength(5);
  });

  it('builds from the pinned modules, static, with a version that clients can parse', async () => {
    await find();
    const [etcd, , , , helm] = await calls();
    expect(etcd).toMatch(/^0 build -mod=readonly .*version\.gitVersion=v1\.\d+\.\d+ .*\.\/cmd\/etcd$/);
    expect(helm).toMatch(/^0 install .*helm\/v4\/cmd\/helm@v4\.\d+\.\d+$/);
  });

  it('prefers KUBEBUILDER_ASSETS, and builds only what is not there', async () => {
    const assets = await fill(join(dir, 'assets'), ['etcd', 'kube-apiserver', 'kubectl']);
    const binaries = await find({ KUBEBUILDER_ASSETS: assets });
    expect(binaries.etcd).toBe(join(assets, 'etcd'));
    expect(binaries.kubectl).toBe(join(assets, 'kubectl'));
    expect(binaries.helm).toBe(join(folder, 'helm'));
    expect(lines).toEqual(['building kube-controller-manager (1 of 2)', 'building helm (2 of 2)']);
  });

  it('ignores a KUBEBUILDER_ASSETS without a server in it', async () => {
    await fill(folder, binaryNames);
    const binaries = await find({ KUBEBUILDER_ASSETS: await fill(join(dir, 'assets'), ['kubectl']) });
    expect(binaries.kubectl).toBe(join(folder, 'kubectl'));
  });

  it('goes on after a build that failed, and leaves nothing half-made', async () => {
    await fill(folder, ['etcd']);
    await writeFile(join(dir, 'path', 'go.fails'), '');
    await expect(find()).rejects.toThrow(/undefined: app\.NewAPIServerCommand/);
    expect((await readdir(folder)).sort()).toEqual(['.lock', 'etcd']);
    await rm(join(dir, 'path', 'go.fails'));
    await find();
    expect(lines.at(-1)).toBe('building helm (4 of 4)');
  });

  it('builds once when two ask at the same time', async () => {
    const [one, other] = await Promise.all([find(), find()]);
    expect(one).toEqual(other);
    expect(await calls()).toHaveLength(5);
  });

  it('ends at once when aborted', async () => {
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(findBinaries({ cacheDir, env: {}, signal })).rejects.toThrow('Ctrl-C');
    expect(existsSync(join(folder, 'etcd'))).toBe(false);
  });
});

describe('findScheduler', () => {
  it('builds kube-scheduler alone, where no control plane is, and the next time finds it', async () => {
    const path = await findScheduler({ cacheDir });
    expect(await readFile(path, 'utf8')).toBe('binary\n');
    expect(await findScheduler({ cacheDir })).toBe(path);
    expect(await calls()).toEqual([
      expect.stringMatching(/^0 build .*version\.gitVersion=.*\.\/cmd\/kube-scheduler$/),
    ]);
    expect(path.startsWith(join(cacheDir, 'kube-scheduler', 'v1.'))).toBe(true);
  });
});

describe('the cache key', () => {
  it('of kube-scheduler is its own, and leaves that of the control plane alone', async () => {
    expect(await cacheKey(['kube-scheduler'])).not.toBe(await cacheKey());
    expect(await cacheKey(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'])).toBe(
      await cacheKey(),
    );
  });

  it('names the version, and changes with every input', () => {
    const key = cacheKeyOf('v1.36.3', ['go.mod', 'go.sum']);
    expect(key).toMatch(/^v1\.36\.3-[0-9a-f]{12}$/);
    expect(cacheKeyOf('v1.36.3', ['go.mod', 'go.sum'])).toBe(key);
    expect(cacheKeyOf('v1.36.3', ['go.mod', 'go.sum!'])).not.toBe(key);
    expect(cacheKeyOf('v1.36.3', ['go.modgo.sum'])).not.toBe(key);
  });

  it('takes the version from go.mod', () => {
    expect(kubernetesVersion('require (\n\tk8s.io/kubernetes v1.36.3\n)\n')).toBe('v1.36.3');
    expect(kubernetesVersion('require k8s.io/kubernetes v1.37.0-rc.1\n')).toBe('v1.37.0-rc.1');
    expect(() => kubernetesVersion('require k8s.io/api v0.36.3\n')).toThrow(
      /no version of k8s\.io\/kubernetes/,
    );
  });
});
