import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { run } from '../command.ts';
import { withServicesHeld } from './service-hold.ts';

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
    expect(await readdir(dir)).toEqual([]);
  });

  it('gives back the very policy that was there', async () => {
    await placeUsersPolicy();
    const before = await stat(paths.policy);
    expect(await withServicesHeld(exitCode, paths)).toBe(101);
    const after = await stat(paths.policy);
    expect([after.ino, after.mode, after.mtimeMs]).toEqual([before.ino, before.mode, before.mtimeMs]);
    expect(await readdir(dir)).toEqual(['policy-rc.d']);
  });

  it('gives it back after a failure too', async () => {
    await placeUsersPolicy();
    const failing = withServicesHeld(() => Promise.reject(new Error('disk full')), paths);
    await expect(failing).rejects.toThrow('disk full');
    expect(await exitCode()).toBe(0);
  });

  it('gives it back in the run after one that was killed', async () => {
    await placeUsersPolicy();
    await withServicesHeld(async () => {
      // The state in which a kill leaves the folder, with the lock of a process that is no more.
      const [ours, theirs] = [await readFile(paths.policy), await readFile(`${paths.policy}.vmfabric-saved`)];
      const crashed = await mkdtemp(join(dir, 'crashed-'));
      const there = { policy: join(crashed, 'policy-rc.d'), lock: join(crashed, 'lock') };
      await writeFile(there.policy, ours, { mode: 0o755 });
      await writeFile(`${there.policy}.vmfabric-saved`, theirs, { mode: 0o755 });
      await writeFile(there.lock, JSON.stringify({ pid: process.pid, startTime: '1' }));
      await withServicesHeld(async () => {}, there);
      expect(await readdir(crashed)).toEqual(['policy-rc.d']);
      expect(await readFile(there.policy)).toEqual(theirs);
    }, paths);
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
    expect(await readdir(dir)).toEqual(['policy-rc.d']);
  });

  it('stops waiting for another run when aborted', async () => {
    await withServicesHeld(async () => {
      const second = withServicesHeld(async () => {}, paths, AbortSignal.abort(new Error('not now')));
      await expect(second).rejects.toThrow('not now');
    }, paths);
    expect(await readdir(dir)).toEqual([]);
  });
});
