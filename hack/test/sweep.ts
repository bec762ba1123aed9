import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from '../command.ts';
import { stopLab } from '../lab/lab.ts';
import { Processes, stopRecorded } from '../processes.ts';

/**
 * Takes down the control planes, operators, labs and mounts that tests left below a folder: a stage that is interrupted,
 * or set up in vain, runs no clean-up of its own. What is started there is recorded there.
 * @returns the folders in which something was still up, and the mounts.
 */
export async function takeDownBelow(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const foldersOf = (record: string) =>
    files.filter((file) => basename(file) === record).map((file) => join(folder, dirname(file)));
  const running = foldersOf('processes.json').filter((dir) => {
    const processes = new Processes(dir);
    return processes.records().some(({ name }) => processes.isRunning(name));
  });
  const labs = foldersOf('lab.json');
  for (const dir of running) await stopRecorded(dir);
  for (const dir of labs) await stopLab(dir);
  const mounts = await mountsBelow(folder);
  for (const path of mounts) await run('umount', ['--lazy', path]);
  return [...running, ...labs, ...mounts];
}

/** The last made first; a Docker engine leaves some when it is killed. */
async function mountsBelow(folder: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')).split('\n');
  const paths = lines.map((line) => line.split(' ')[4] ?? '');
  return paths.filter((path) => path.startsWith(`${folder}/`)).toReversed();
}
