import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.ts';
import {
  aptEnvironment,
  aptGet,
  MissingRequirement,
  type PackageOptions,
  updatePackageLists,
} from './apt.ts';

/** A package as the configured sources have it; the digest is that of its file. */
export interface PackageFile {
  name: string;
  version: string;
  sha256: string;
}

/**
 * The packages and those of their dependencies (and their dependencies, …) whose name matches `follow`, by name.
 * @throws MissingRequirement when the sources do not have one of `names`.
 */
export async function resolvePackages(
  names: readonly string[],
  follow: RegExp,
  options: PackageOptions = {},
): Promise<PackageFile[]> {
  const query = async () => {
    const graph = await aptCache(['depends', '--recurse', '--no-recommends', '--no-suggests', ...names]);
    const closure = dependencyClosure(graph, names, follow);
    return parsePackageFiles(await aptCache(['show', '--no-all-versions', ...closure]));
  };
  const first = await query().catch(() => []);
  if (hasAll(first, names)) return first;
  await updatePackageLists(options); // a fresh image of Debian comes without lists
  const second = await query();
  if (hasAll(second, names)) return second;
  throw new MissingRequirement(`Missing one of ${names.join(', ')}: no configured package source has it.`);
}

/** Walks the output of `apt-cache depends --recurse`; of alternatives the first that matches is taken. */
export function dependencyClosure(output: string, names: readonly string[], follow: RegExp): string[] {
  const graph = parseDepends(output);
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    for (const next of graph.get(name) ?? []) if (follow.test(next)) visit(next);
  };
  for (const name of names) visit(name);
  return [...found].sort();
}

function parseDepends(output: string): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of output.split('\n')) {
    const dependency = /^ [ |](?:Pre)?Depends: ([^<\s]+)$/.exec(line)?.[1];
    if (dependency) current.push(dependency);
    if (!/^\S/.test(line)) continue;
    current = [];
    graph.set(line.trim(), current);
  }
  return graph;
}

/** Reads the stanzas of `apt-cache show`. */
export function parsePackageFiles(output: string): PackageFile[] {
  const field = (stanza: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
  return output
    .split(/\n\n+/)
    .filter((stanza) => stanza.trim())
    .map((stanza) => ({
      name: field(stanza, 'Package'),
      version: field(stanza, 'Version'),
      sha256: field(stanza, 'SHA256'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Downloads the packages into `dir` and unpacks them into `root`; nothing is installed. */
export async function unpackPackages(
  packages: readonly PackageFile[],
  dir: string,
  root: string,
  options: PackageOptions = {},
): Promise<void> {
  // As root: apt's own user may not write into the folder.
  const download = ['-o', 'APT::Sandbox::User=root', 'download'];
  await aptGet([...download, ...packages.map(({ name, version }) => `${name}=${version}`)], {
    ...options,
    cwd: dir,
  });
  const files = (await readdir(dir)).filter((file) => file.endsWith('.deb')).sort();
  for (const file of files) {
    await run('dpkg-deb', ['-x', join(dir, file), root], options.signal ? { signal: options.signal } : {});
  }
}

const hasAll = (packages: readonly PackageFile[], names: readonly string[]) =>
  names.every((name) => packages.some((found) => found.name === name));

async function aptCache(args: readonly string[]): Promise<string> {
  return run('apt-cache', args, { env: aptEnvironment() });
}
