import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { type RunOptions, run } from '../command.ts';
import {
  childrenOf,
  killAndWait,
  type ProcessRecord,
  processesWithEnvironment,
  recordOf,
} from '../process-record.ts';
import { waitFor } from '../wait.ts';

/**
 * A lab's namespaces have no names and no mounts: each lives as long as its PID 1. So nothing is left behind
 * once the processes are gone, and they are found by a mark in their environment even when nobody recorded them.
 */
const markName = 'VMFABRIC_LAB';

/** What goes into the environment of all that runs in the lab of this folder. */
export const markOf = (dir: string) => ({ [markName]: dir });

/** The same as it stands in /proc/PID/environ. */
export const labMark = (dir: string) => `${markName}=${dir}`;

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Starts `script` as PID 1 of new network, mount, UTS and PID namespaces; it outlives this process. */
export async function startInit(labDir: string, script: string, logPath: string): Promise<ProcessRecord> {
  const log = openSync(logPath, 'a');
  const isolate = ['-n', '-m', '-u', '-p', '-f', '--propagation', 'private', '--mount-proc', 'bash', script];
  const child = spawn('unshare', isolate, {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log],
    env: { PATH: systemPath, HOME: '/root', LC_ALL: 'C', ...markOf(labDir) },
  });
  closeSync(log);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}; see ${logPath}`)));
  });
  const pid = await Promise.race([failed, firstChild(child.pid)]);
  failed.catch(() => {}); // its end later on is a crash, which is asked for
  child.unref();
  const record = recordOf(pid);
  if (!record) throw new Error(`${script} ended at once; see ${logPath}`);
  return record;
}

async function firstChild(parent: number | undefined): Promise<number> {
  if (parent === undefined) return new Promise<never>(() => {}); // spawn's error event tells
  return waitFor('PID 1 of a lab host', () => childrenOf(parent)[0], { timeoutMs: 10_000, everyMs: 5 });
}

/** Runs a command in the namespaces of a PID 1 that `startInit` made. */
export async function runInside(
  init: ProcessRecord,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return run('nsenter', ['-t', `${init.pid}`, '-n', '-m', '-u', '-p', '--', ...args], options);
}

/** Runs a command in its network only: the machine's own files and process ids are still seen. */
export async function runInNetwork(
  init: ProcessRecord,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return run('nsenter', ['-t', `${init.pid}`, '-n', '--', ...args], options);
}

/** Kills all that carries the lab's mark, and with each PID 1 the guests, which do not carry it. */
export async function killMarked(labDir: string): Promise<void> {
  // Twice: a process may have been between fork and exec during the first look.
  for (let round = 0; round < 2; round++) await killAndWait(processesWithEnvironment(labMark(labDir)));
}
