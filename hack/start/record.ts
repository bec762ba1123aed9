import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../lock.ts';
import { isAlive, type ProcessRecord, recordOf } from '../process-record.ts';
import { Processes } from '../processes.ts';

/** `fabric.json`: who brought a fabric up in this folder, and what others need to work with it. */
export interface FabricRecord {
  /** The process that brings it up, and takes it down again unless it is detached. */
  owner: ProcessRecord;
  detached: boolean;
  /** Set once all of it is up. */
  ready: boolean;
  hosts: number;
  kubectlPath?: string;
  kubeconfigPath?: string;
}

/** A fabric runs in the folder already; the message says how to use it and how to stop it. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
}

/** Where the parts of a fabric keep their state, all in one folder. */
export const statePaths = (dir: string) => ({
  record: join(dir, 'fabric.json'),
  lock: join(dir, '.lock'),
  controlPlane: join(dir, 'control-plane'),
  lab: join(dir, 'lab'),
  /** The operator's process is recorded in the folder itself, so that its log is `logs/operator.log`. */
  processes: join(dir, 'processes.json'),
  logs: join(dir, 'logs'),
});

/**
 * Takes the folder for a new fabric of this process. `clean` is called first when an earlier one was left there, by a
 * process that has ended.
 * @throws AlreadyRunningError
 */
export async function claim(
  dir: string,
  wanted: Pick<FabricRecord, 'hosts' | 'detached'>,
  clean: () => Promise<void>,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  // Under a lock: of two that start at once, each would clean away what the other has begun.
  await withLock(statePaths(dir).lock, {}, async () => {
    const earlier = await readRecord(dir);
    if (earlier && runs(dir, earlier)) throw new AlreadyRunningError(alreadyRunning(earlier));
    await clean();
    await writeRecord(dir, { owner: thisProcess(), ready: false, ...wanted });
  });
}

/** Changes what is told of the fabric in this folder. */
export async function updateRecord(dir: string, change: Partial<FabricRecord>): Promise<void> {
  const record = await readRecord(dir);
  if (record) await writeRecord(dir, { ...record, ...change });
}

/** Undefined where there is none. */
export async function readRecord(dir: string): Promise<FabricRecord | undefined> {
  const path = statePaths(dir).record;
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as FabricRecord) : undefined;
}

/** Whether the fabric is up, or on its way: not when its owner was killed, or its machine rebooted. */
export function runs(dir: string, record: FabricRecord): boolean {
  if (isAlive(record.owner)) return true;
  if (!record.detached || !record.ready) return false;
  const processes = new Processes(statePaths(dir).controlPlane);
  return processes.records().some(({ name }) => processes.isRunning(name));
}

/**
 * Removes what the parts left in the folder, and the folder if nothing else is in it: it may be anyone's. With `logs`
 * the folders of the parts stay; with `folder` the folder and its lock.
 */
export async function removeState(dir: string, keep?: 'logs' | 'folder'): Promise<void> {
  const { lock, record, processes, ...folders } = statePaths(dir);
  const doomed = [
    record,
    processes,
    ...(keep === 'logs' ? [] : Object.values(folders)),
    ...(keep ? [] : [lock]),
  ];
  for (const path of doomed) await rm(path, { recursive: true, force: true });
  if (keep) return;
  await rmdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT' && error.code !== 'EBUSY') throw error;
  });
}

function alreadyRunning(record: FabricRecord): string {
  if (!record.ready) {
    return `A fabric is being started here by process ${record.owner.pid}: wait for it, or stop it with Ctrl-C there.`;
  }
  const stop = record.detached ? 'npm run down' : `Ctrl-C where it was started (process ${record.owner.pid})`;
  return `A fabric of ${record.hosts} hosts is already running here: use it with npm run kubectl -- get vm, or stop it with ${stop}.`;
}

const thisProcess = () => recordOf(process.pid) ?? { pid: process.pid, startTime: '' };

async function writeRecord(dir: string, record: FabricRecord): Promise<void> {
  const path = statePaths(dir).record;
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${path}.${process.pid}`, path);
}
