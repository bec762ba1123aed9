import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type LockOptions, withLock } from '../lock.ts';

export interface ServiceHoldPaths {
  /** Asked by Debian's maintainer scripts before they start a service; exit code 101 forbids it. */
  policy: string;
  /** Locked by the one process that has its own policy in place. */
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
  options: LockOptions = {},
): Promise<T> {
  await mkdir(dirname(paths.lock), { recursive: true });
  // Two runs on one machine wait for each other: the second would save the first one's policy as the user's.
  return withLock(paths.lock, options, async () => {
    try {
      await restore(paths.policy); // of a run that was killed
      await putInPlace(paths.policy);
      return await work();
    } finally {
      await restore(paths.policy);
    }
  });
}

/** Restores the policy after a run that was killed, if one was; else the machine would start no service ever again. */
export async function endAbandonedHold(
  paths: ServiceHoldPaths = systemPaths,
  options: LockOptions = {},
): Promise<void> {
  if (!(await isHeld(paths.policy))) return;
  await withLock(paths.lock, options, () => restore(paths.policy));
}

async function putInPlace(policy: string): Promise<void> {
  if (await exists(policy)) await rename(policy, saved(policy));
  await writeFile(policy, refuseAll);
  await chmod(policy, 0o755);
}

async function restore(policy: string): Promise<void> {
  if (await exists(saved(policy))) await rename(saved(policy), policy);
  else if (await isHeld(policy)) await rm(policy);
}

const saved = (policy: string) => `${policy}.vmfabric-saved`;

async function isHeld(policy: string): Promise<boolean> {
  const text = await readFile(policy, 'utf8').catch(() => undefined);
  return text === refuseAll;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
