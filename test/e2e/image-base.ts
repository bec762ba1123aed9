import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../hack/command.ts';
import type { Engine } from './image-engine.ts';

const authorities = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Imports a base image as `tag` that stands in for the official one of Node, which is not to be had without an image
 * registry: Node and the shell of this machine with their libraries, npm of the package registry, and this machine's
 * settings for reaching that.
 */
export async function importBase(engine: Engine, tag: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-base-'));
  try {
    const root = join(dir, 'root');
    for (const folder of ['tmp', 'etc', 'usr/local/bin', 'root'])
      await mkdir(join(root, folder), { recursive: true });
    await chmod(join(root, 'tmp'), 0o1777);
    await addProgram(root, process.execPath, '/usr/local/bin/node');
    await addProgram(root, '/bin/sh', '/bin/sh');
    await addNpm(root, dir);
    await addFiles(root);
    const archive = join(dir, 'root.tar');
    await run('tar', ['--numeric-owner', '--owner=0', '--group=0', '-C', root, '-cf', archive, '.']);
    await engine.docker(['import', ...(await settings()), archive, tag]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function addProgram(root: string, from: string, to: string): Promise<void> {
  await add(root, await realpath(from), to);
  await chmod(join(root, to), 0o755);
  const listing = await run('ldd', [await realpath(from)]);
  const libraries = [...listing.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
  // Names are resolved by libraries that no program is linked to; newer versions of glibc have them built in.
  const folder = dirname(libraries.find((path) => path.includes('/libc.so')) ?? '');
  const resolvers = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'].map((name) =>
    join(folder, name),
  );
  for (const path of [...libraries, ...resolvers.filter(existsSync)])
    await add(root, await realpath(path), path);
}

/** npm as Node 24 has it; the one of the machine may be spread over Debian packages. */
async function addNpm(root: string, dir: string): Promise<void> {
  const pack = await run('npm', ['pack', 'npm@11', '--silent', `--pack-destination=${dir}`], { cwd: dir });
  const modules = join(root, 'usr/local/lib/node_modules');
  await mkdir(modules, { recursive: true });
  await run('tar', ['-xzf', join(dir, pack.trim()), '-C', modules]);
  await run('mv', [join(modules, 'package'), join(modules, 'npm')]);
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
  // What `#!/usr/bin/env node` asks for.
  await addProgram(root, '/usr/bin/env', '/usr/bin/env');
}

async function addFiles(root: string): Promise<void> {
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\n');
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  if (existsSync(authorities)) await add(root, await realpath(authorities), authorities);
}

async function settings(): Promise<string[]> {
  const registry = await run('npm', ['config', 'get', 'registry'], { cwd: tmpdir() });
  return [
    '--change=ENV PATH=/usr/local/bin:/usr/bin:/bin',
    `--change=ENV npm_config_registry=${registry.trim()}`,
    ...(existsSync(authorities) ? [`--change=ENV NODE_EXTRA_CA_CERTS=${authorities}`] : []),
  ];
}

async function add(root: string, from: string, to: string): Promise<void> {
  await mkdir(dirname(join(root, to)), { recursive: true });
  await copyFile(from, join(root, to));
}
