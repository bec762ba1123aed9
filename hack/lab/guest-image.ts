import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackages, MissingRequirement, type PackageOptions, updatePackageLists } from '../apt/apt.ts';
import { type PackageFile, resolvePackages, unpackPackages } from '../apt/package-files.ts';
import { CommandError } from '../command.ts';
import { cacheRoot } from '../paths.ts';
import { packCpio } from './cpio.ts';
import { guestModules, guestScripts } from './guest-init.ts';
import { guestFiles } from './guest-root.ts';

/** Raised when the way of building changes without its inputs. */
const formatVersion = 1;

export interface GuestImage {
  kernelPath: string;
  initrdPath: string;
}

/**
 * A small Linux guest for direct kernel boot: the distribution's cloud kernel, busybox and the real QEMU guest agent.
 * Built once from downloaded packages, of which none is installed, and kept in the cache by what it was built from.
 * It needs 112 MiB of memory; it gets addresses by DHCP and powers off on the ACPI button and by agent.
 */
export async function ensureGuestImage(options: PackageOptions = {}): Promise<GuestImage> {
  try {
    return await imageOf(await guestPackages(options), options);
  } catch (error) {
    if (!(error instanceof CommandError && error.command.startsWith('apt-get'))) throw error;
    // Old lists name versions that the mirror has replaced since.
    await updatePackageLists(options);
    return imageOf(await guestPackages(options), options);
  }
}

async function imageOf(packages: readonly PackageFile[], options: PackageOptions): Promise<GuestImage> {
  const parent = join(cacheRoot, 'guest');
  const dir = join(parent, imageHash(packages));
  const image = { kernelPath: join(dir, 'vmlinuz'), initrdPath: join(dir, 'initrd') };
  if (existsSync(dir)) return image;
  options.onProgress?.('building the guest image');
  await ensurePackages(['kmod', 'xz-utils', 'zstd'], options);
  await mkdir(parent, { recursive: true });
  const draft = await mkdtemp(join(parent, '.build-'));
  try {
    await build(packages, draft, options);
    await publish(join(draft, 'image'), dir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return image;
}

/** Names the image's folder: same packages and same scripts, same image. */
export function imageHash(packages: readonly PackageFile[]): string {
  const inputs = JSON.stringify({ formatVersion, packages, guestModules, guestScripts });
  return createHash('sha256').update(inputs).digest('hex').slice(0, 16);
}

/** Debian's cloud kernel, or Ubuntu's for virtual machines, whose modules are in a package of their own. */
const kernels = ['linux-image-cloud-amd64', 'linux-image-virtual'];

async function guestPackages(options: PackageOptions): Promise<PackageFile[]> {
  const follow = /^(lib|zlib|linux-image-|linux-modules-)/;
  for (const kernel of kernels) {
    try {
      return await resolvePackages([kernel, 'busybox-static', 'qemu-guest-agent'], follow, options);
    } catch (error) {
      if (!(error instanceof MissingRequirement)) options.signal?.throwIfAborted();
    }
  }
  throw new MissingRequirement(
    `Missing ${kernels.join(' or ')}, busybox-static or qemu-guest-agent: no configured package source has them.`,
  );
}

async function build(
  packages: readonly PackageFile[],
  draft: string,
  options: PackageOptions,
): Promise<void> {
  const [downloads, root, image] = ['downloads', 'root', 'image'].map((name) => join(draft, name)) as [
    string,
    string,
    string,
  ];
  for (const dir of [downloads, root, image]) await mkdir(dir);
  await unpackPackages(packages, downloads, root, options);
  const kernel = (await readdir(join(root, 'boot'))).find((name) => name.startsWith('vmlinuz-'));
  if (!kernel) throw new Error(`no kernel in ${packages.map(({ name }) => name).join(', ')}`);
  await copyFile(join(root, 'boot', kernel), join(image, 'vmlinuz'));
  const files = await guestFiles(root, kernel.slice('vmlinuz-'.length));
  await writeFile(join(image, 'initrd'), packCpio(files));
}

/** By rename, so an image is there whole or not at all; if another process was faster, its image is the same. */
async function publish(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}
