import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../paths.ts';
import type { FindOptions } from './binaries.ts';
import { build, cacheKey } from './build.ts';

/**
 * Path of kube-scheduler, of the same version and modules as the control plane. Only those who compare themselves with
 * it need it: it is built when first asked for, into a folder of its own.
 */
export async function findScheduler(options: Omit<FindOptions, 'names' | 'env'> = {}): Promise<string> {
  const { cacheDir = cacheRoot, ...rest } = options;
  const folder = join(cacheDir, 'kube-scheduler', await cacheKey(['kube-scheduler']));
  const path = join(folder, 'kube-scheduler');
  if (!existsSync(path)) await build(['kube-scheduler'], { ...rest, folder, cacheDir });
  return path;
}
