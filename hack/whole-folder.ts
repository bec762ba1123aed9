import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const scratchPrefix = '.making-';

/**
 * Makes a folder of a cache, unless it is there: `fill` is given another one beside it, which gets its name when it is
 * whole, so that what is killed half-way never passes for it. The caller holds the lock of the cache (lock.ts).
 */
export async function makeWhole(folder: string, fill: (scratch: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const scratch = await mkdtemp(join(parent, scratchPrefix));
  try {
    await fill(scratch);
    await rename(scratch, folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What was killed half-way has left; as the lock is the caller's, no other is under way. */
async function removeAbandoned(parent: string): Promise<void> {
  const abandoned = (await readdir(parent)).filter((name) => name.startsWith(scratchPrefix));
  for (const name of abandoned) await rm(join(parent, name), { recursive: true, force: true });
}
