import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../command.ts';
import type { ArchiveEntry } from './cpio.ts';
import { guestModules, guestScripts } from './guest-init.ts';

/** The files of the guest's root, taken from unpacked packages in `root`. */
export async function guestFiles(root: string, kernelRelease: string): Promise<ArchiveEntry[]> {
  return [
    ...['proc', 'sys', 'dev', 'tmp', 'run', 'var/run'].map((path) => ({ path })),
    ...Object.entries(guestScripts).map(([path, text]) => script(path, text)),
    ...(await busybox(root)),
    ...(await agent(root)),
    ...(await modules(root, kernelRelease)),
  ];
}

const script = (path: string, text: string) => ({ path, content: Buffer.from(text), executable: true });

async function busybox(root: string): Promise<ArchiveEntry[]> {
  const path = firstExisting(root, ['bin/busybox', 'usr/bin/busybox']);
  const applets = (await run(path, ['--list'])).split('\n').filter((name) => name && name !== 'busybox');
  return [
    { path: 'bin/busybox', content: await readFile(path), executable: true },
    ...applets.map((name) => ({ path: `bin/${name}`, target: 'busybox' })),
  ];
}

/** The agent with exactly the libraries that the loader of its own distribution asks for, none of this machine. */
async function agent(root: string): Promise<ArchiveEntry[]> {
  const program = firstExisting(root, ['usr/sbin/qemu-ga', 'usr/bin/qemu-ga']);
  const folders = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'].map((folder) => join(root, folder));
  const loader = firstExisting(
    root,
    ['', 'usr/'].map((prefix) => `${prefix}lib/x86_64-linux-gnu/${loaderName}`),
  );
  const list = await run(loader, ['--library-path', folders.join(':'), '--list', program]);
  return [
    { path: 'sbin/qemu-ga', content: await readFile(program), executable: true },
    { path: `lib64/${loaderName}`, content: await readFile(loader), executable: true },
    ...(await Promise.all(
      libraryPaths(list, root).map(async (path) => ({
        path: `lib/x86_64-linux-gnu/${basename(path)}`,
        content: await readFile(path),
        executable: true,
      })),
    )),
  ];
}

const loaderName = 'ld-linux-x86-64.so.2';

/**
 * Paths in the output of the loader's `--list`.
 * @throws Error for a library that is not below `root`: the machine happens to have it, another would not.
 */
export function libraryPaths(list: string, root: string): string[] {
  const paths = [...list.matchAll(/^\s*(\S+) => (.+?)(?: \(0x[0-9a-f]+\))?$/gm)].flatMap(([, name, path]) =>
    name && path && !name.endsWith(loaderName) ? [{ name, path }] : [],
  );
  const foreign = paths.filter(({ path }) => !path.startsWith(`${root}/`));
  if (foreign.length > 0) {
    throw new Error(
      `the guest agent needs ${foreign.map(({ name }) => name).join(', ')}: follow its package too`,
    );
  }
  return paths.map(({ path }) => path);
}

/** The modules and what they depend on, in the order to load them, which is kept in etc/modules. */
async function modules(root: string, kernelRelease: string): Promise<ArchiveEntry[]> {
  if (!existsSync(join(root, 'lib/modules'))) await symlink('../usr/lib/modules', join(root, 'lib/modules'));
  await run('depmod', ['-b', root, kernelRelease]);
  const files = new Set<string>();
  for (const module of guestModules) {
    const order = await run('modprobe', ['-d', root, '-S', kernelRelease, '--show-depends', module]);
    for (const [, path] of order.matchAll(/^insmod (\S+)/gm)) if (path) files.add(path);
  }
  const entries = await Promise.all(
    [...files].map(async (path) => ({ path: moduleName(path), content: await readModule(path) })),
  );
  const list = entries.map(({ path }) => `${path}\n`).join('');
  return [
    { path: 'etc/modules', content: Buffer.from(list) },
    ...entries.map(({ path, content }) => ({ path: `lib/modules/${path}`, content })),
  ];
}

const moduleName = (path: string) => basename(path).replace(/\.(xz|zst|gz)$/, '');

/** Newer kernels come with compressed modules, which busybox's insmod cannot load. */
async function readModule(path: string): Promise<Buffer> {
  const packer = { xz: 'xz', zst: 'zstd', gz: 'gzip' }[path.split('.').at(-1) ?? ''];
  if (!packer) return readFile(path);
  await run(packer, ['-d', '-k', '-f', path]);
  return readFile(path.replace(/\.(xz|zst|gz)$/, ''));
}

function firstExisting(root: string, candidates: readonly string[]): string {
  const found = candidates.map((path) => join(root, path)).find((path) => existsSync(path));
  if (!found) throw new Error(`none of ${candidates.join(', ')} is in the unpacked packages`);
  return found;
}
