import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Text by path relative to the root. */
export type Files = ReadonlyMap<string, string>;

/** The paths, sorted, at which `root` holds something else than `files`: other text, nothing, or a file too many. */
export async function differences(
  root: string,
  files: Files,
  ownedFolders: readonly string[],
): Promise<string[]> {
  const differing = [];
  for (const [path, text] of files) {
    const present = await readFile(join(root, path), 'utf8').catch(ifMissing);
    if (present !== text) differing.push(path);
  }
  return [...differing, ...(await leftovers(root, files, ownedFolders))].sort();
}

/** Brings `root` to hold `files`, and nothing else in `ownedFolders`; returns the paths that were touched. */
export async function writeFiles(
  root: string,
  files: Files,
  ownedFolders: readonly string[],
): Promise<string[]> {
  const touched = await differences(root, files, ownedFolders);
  for (const path of touched) {
    const text = files.get(path);
    await mkdir(dirname(join(root, path)), { recursive: true });
    if (text === undefined) await rm(join(root, path));
    else await writeFile(join(root, path), text);
  }
  return touched;
}

/** What an earlier run generated for a kind that is no more. */
async function leftovers(root: string, files: Files, folders: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const names = (await readdir(join(root, folder)).catch(ifMissing)) ?? [];
      return names.map((name) => `${folder}/${name}`);
    }),
  );
  return lists.flat().filter((path) => !files.has(path));
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
