import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAlive, type ProcessRecord, recordOf } from '../process-record.ts';
import { waitFor } from '../wait.ts';

export interface ServiceHoldPaths {
  /** Asked by Debian's maintainer scripts before they start a service; exit code 101 forbids it. */
  policy: string;
  /** Held by the one process that has its own policy in place. */
  lock: string;
}

const systemPaths: ServiceHoldPaths = {
  policy: '/usr/sbin/policy-rc.d',
  lock: '/run/lock/vmfabric-service-hold',
};

const refuseAll =
  '#!/bin/sh\n# Put here by vmfabric while it installs packages; removed right after.\nexit 101\n';

/**
 * Runs `work` while no package can start a service of its own, and then restores the policy that was there:
 * the same file by rename, so mode, owner and times stay. A run that was killed is put right by the next one.
 */
export async function withServicesHeld<T>(
  work: () => Promise<T>,
  paths: ServiceHoldPaths = systemPaths,
  signal?: AbortSignal,
): Promise<T> {
  await takeLock(paths.lock, signal);
  try {
    await restore(paths.policy); // of a run that was killed
    await putInPlace(paths.policy);
    return await work();
  } finally {
    await restore(paths.policy);
    await rm(paths.lock, { force: true });
  }
}

async function putInPlace(policy: string): Promise<void> {
  if (await exists(policy)) await rename(policy, saved(policy));
  await writeFile(policy, refuseAll);
  await chmod(policy, 0o755);
}

async function restore(policy: string): Promise<void> {
  if (await exists(saved(policy))) await rename(saved(policy), policy);
  else if ((await read(policy)) === refuseAll) await rm(policy);
}

const saved = (policy: string) => `${policy}.vmfabric-saved`;

/** Two runs on one machine wait for each other: the second would save the first one's policy as the user's. */
async function takeLock(lock: string, signal: AbortSignal | undefined): Promise<void> {
  await mkdir(dirname(lock), { recursive: true });
  const mine = JSON.stringify(recordOf(process.pid));
  const attempt = async () => {
    try {
      await writeFile(lock, mine, { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (!(await ownerLives(lock))) await rm(lock, { force: true });
      return false;
    }
  };
  await waitFor(`another installation to end (${lock})`, attempt, {
    timeoutMs: 600_000,
    everyMs: 200,
    ...(signal ? { signal } : {}),
  });
}

async function ownerLives(lock: string): Promise<boolean> {
  const text = await read(lock);
  if (!text) return false;
  return isAlive(JSON.parse(text) as ProcessRecord);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
