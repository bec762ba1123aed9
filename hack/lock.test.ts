import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from './lock.ts';

let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vmfabric-lock-'));
  path = join(dir, 'lock');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

it('lets one work at a time', async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    withLock(path, {}, async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    });
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
});

it('returns what the work returns, and is free again when the work has failed', async () => {
  const failing = withLock(path, {}, async () => {
    throw new Error('compiler error');
  });
  await expect(failing).rejects.toThrow('compiler error');
  expect(await withLock(path, {}, async () => 'built')).toBe('built');
});

it('is free again when its holder was killed', async () => {
  const module = join(import.meta.dirname, 'lock.ts');
  const script = `
    const { withLock } = await import(${JSON.stringify(module)});
    await withLock(${JSON.stringify(path)}, {}, () => new Promise(() => {
      console.log('inside');
      setInterval(() => {}, 1000);
    }));`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  await once(holder.stdout, 'data');
  const second = withLock(path, {}, async () => 'taken over');
  holder.kill('SIGKILL');
  expect(await second).toBe('taken over');
});

it('tells that it waits, and stops waiting when aborted', async () => {
  await withLock(path, {}, async () => {
    const abort = new AbortController();
    const told: string[] = [];
    const onProgress = (line: string) => {
      told.push(line);
      abort.abort(new Error('Ctrl-C'));
    };
    const second = withLock(path, { onProgress, signal: abort.signal }, async () => 'never');
    await expect(second).rejects.toThrow('Ctrl-C');
    expect(told).toEqual([`waiting for whoever holds ${path}`]);
  });
});
