import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { run } from '../command.ts';
import { endAbandonedHold, withServicesHeld } from './service-hold.ts';

describe('withServicesHeld', () => {
  let dir: string;
  let paths: { policy: string; lock: string };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vmfabric-hold-'));
    paths = { policy: join(dir, 'policy-rc.d'), lock: join(dir, 'lock') };
    return () => rm(dir, { recursive: true });
  });

  const exitCode = () =>
    run(paths.policy, []).then(
      () => 0,
      (error: { exitCode: number }) => error.exitCode,
    );

  async function placeUsersPolicy() {
    await writeFile(paths.policy, '#!/bin/sh\nexit 0\n');
    await chmod(paths.policy, 0o751);
  }

  it('forbids starting services meanwhile, and leaves nothing where nothing was', async () => {
    expect(await withServicesHeld(exitCode, paths)).toBe(101);
    expect(await readdir(dir)).toEqual(['lock']);
  });

  it('gives back the very policy that was there', async () => {
    await placeUsersPolicy();
    const before = await stat(paths.policy);
    expect(await withServicesHeld(exitCode, paths)).toBe(101);
    const after = await stat(paths.policy);
    expect([after.ino, after.mode, after.mtimeMs]).toEqual([before.ino, before.mode, before.mtimeMs]);
    expect(await readdir(dir)).toEqual(['lock', 'policy-rc.d']);
  });

  it('gives it back after a failure too', async () => {
    await placeUsersPolicy();
    const failing = withServicesHeld(() => Promise.reject(new Error('disk full')), paths);
    await expect(failing).rejects.toThrow('disk full');
    expect(await exitCode()).toBe(0);
  });

  /** The state in which a kill leaves the folder. */
  async function beKilled() {
    const crashed = await mkdtemp(join(dir, 'crashed-'));
    const there = { policy: join(crashed, 'policy-rc.d'), lock: join(crashed, 'lock') };
    await withServicesHeld(async () => {
      for (const file of await readdir(dir)) {
        if (file.startsWith('policy')) await copyFile(join(dir, file), join(crashed, file));
      }
    }, paths);
    return { there, left: () => readdir(crashed) };
  }

  it.each([
    ['the next run', (there: typeof paths) => withServicesHeld(async () => {}, there)],
    ['a look that finds nothing to install', (there: typeof paths) => endAbandonedHold(there)],
  ])('gives it back after a run that was killed, in %s', async (_, next) => {
    await placeUsersPolicy();
    const { there, left } = await beKilled();
    expect(await left()).toEqual(['policy-rc.d', 'policy-rc.d.vmfabric-saved']);
    await next(there);
    expect(await left()).toEqual(['lock', 'policy-rc.d']);
    expect(await readFile(there.policy)).toEqual(await readFile(paths.policy));
  });

  it('leaves a policy of the user alone where no run was killed', async () => {
    await placeUsersPolicy();
    await endAbandonedHold(paths);
    expect(await exitCode()).toBe(0);
    expect(await readdir(dir)).toEqual(['policy-rc.d']);
  });

  it('lets one run at a time, each with the policy restored in between', async () => {
    await placeUsersPolicy();
    let running = 0;
    const work = async () => {
      expect(++running).toBe(1);
      expect(await exitCode()).toBe(101);
      running--;
    };
    await Promise.all([withServicesHeld(work, paths), withServicesHeld(work, paths)]);
    expect(await exitCode()).toBe(0);
    expect(await readdir(dir)).toEqual(['lock', 'policy-rc.d']);
  });

  it('stops waiting for another run when aborted', async () => {
    await withServicesHeld(async () => {
      const second = withServicesHeld(async () => {}, paths, {
        signal: AbortSignal.abort(new Error('not now')),
      });
      await expect(second).rejects.toThrow('not now');
    }, paths);
    expect(await readdir(dir)).toEqual(['lock']);
  });
});
