import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../paths.ts';
import { build, cacheKey } from './build.ts';

/** The programs a control plane is made of and worked with, in the order in which they are built. */
export const binaryNames = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl', 'helm'] as const;

export type BinaryName = (typeof binaryNames)[number];

/** Debian packages that building and running a control plane needs: Go trusts where modules come from by the first. */
export const controlPlanePackages = ['ca-certificates', 'openssl', 'util-linux'] as const;

/** Absolute paths. */
export type Binaries = Readonly<Record<BinaryName, string>>;

export interface FindOptions {
  /** One line for each step worth telling, such as "building kubectl (4 of 5)". */
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** What is needed; only that is built. Default: all. */
  names?: readonly BinaryName[];
  /** Default: `cacheRoot`. */
  cacheDir?: string;
  /** Default: `process.env`; only KUBEBUILDER_ASSETS is read. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Finds the control plane's programs: in KUBEBUILDER_ASSETS if it holds at least etcd and kube-apiserver, then in the
 * cache; what is in neither is built from Go modules into the cache, which takes minutes once.
 */
export async function findBinaries(options: FindOptions = {}): Promise<Binaries> {
  const cacheDir = options.cacheDir ?? cacheRoot;
  const assets = assetsFolder(options.env ?? process.env);
  const folder = join(cacheDir, 'control-plane', await cacheKey());
  const pathOf = (name: BinaryName) => {
    const asset = assets && join(assets, name);
    return asset && existsSync(asset) ? asset : join(folder, name);
  };
  const { names = binaryNames, env: _, ...rest } = options; // the environment of a build is this process's own
  const missing = names.filter((name) => !existsSync(pathOf(name)));
  if (missing.length > 0) await build(missing, { ...rest, folder, cacheDir });
  return Object.fromEntries(binaryNames.map((name) => [name, pathOf(name)])) as Binaries;
}

/** KUBEBUILDER_ASSETS, the folder that envtest's tools fill; one without both servers is not what it says. */
function assetsFolder(env: NodeJS.ProcessEnv): string | undefined {
  const folder = env['KUBEBUILDER_ASSETS'];
  const complete = folder && existsSync(join(folder, 'etcd')) && existsSync(join(folder, 'kube-apiserver'));
  return complete ? folder : undefined;
}
