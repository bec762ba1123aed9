import { copyFile, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { npm, tsc } from './commands.ts';
import { publishedManifest, type SourceManifest } from './manifest.ts';

/** The folder of this package. */
export const packageRoot = resolve(import.meta.dirname, '..');

/**
 * Compiles the package and puts the tarball that is to be published into `folder`; returns the tarball's path.
 * Node strips no types inside of node_modules, so JavaScript and declarations are packed in place of the sources.
 * @throws Error when the compiler or npm fails; its message holds what they printed
 */
export async function pack(folder: string): Promise<string> {
  const staging = await mkdtemp(join(tmpdir(), 'node-libvirt-pack-'));
  try {
    await stage(staging);
    const printed = await npm(['pack', '--silent', '--pack-destination', resolve(folder)], staging);
    return join(resolve(folder), printed.trim());
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Everything that is in the tarball. There are no source maps, as there are no sources for them to lead to. */
async function stage(folder: string): Promise<void> {
  await compile(join(folder, 'lib'));
  const source = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as SourceManifest;
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(publishedManifest(source), null, 2)}\n`);
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) {
    await copyFile(join(packageRoot, name), join(folder, name));
  }
}

async function compile(folder: string): Promise<void> {
  await tsc(['--project', join(import.meta.dirname, 'tsconfig.json'), '--outDir', folder], packageRoot);
  for await (const name of glob('**/*.d.ts', { cwd: folder })) {
    const path = join(folder, name);
    await writeFile(path, importingJavaScript(await readFile(path, 'utf8')));
  }
}

/** The compiler rewrites what JavaScript imports, but leaves declarations to lead to sources, which are not packed. */
function importingJavaScript(declarations: string): string {
  return declarations.replaceAll(/(\bfrom |\bimport\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2');
}
