import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { StateFile } from '../lab/state.ts';
import { isAlive } from '../process-record.ts';
import { Processes } from '../processes.ts';
import { takeDownBelow } from './sweep.ts';

describe('takeDownBelow', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'vmfabric-sweep-'));
    return () => rmSync(dir, { recursive: true });
  });

  it('finds nothing where all was taken down', async () => {
    const processes = new Processes(join(dir, 'fabric'));
    processes.start('etcd', 'sleep', ['1000']);
    await processes.stopAll();
    expect(await takeDownBelow(dir)).toEqual([]);
  });

  it('ends what still runs, however deep its folder lies, and tells where', async () => {
    const folder = join(dir, 'fabric', 'control-plane');
    const record = new Processes(folder).start('etcd', 'sleep', ['1000']);
    expect(await takeDownBelow(dir)).toEqual([folder]);
    expect(isAlive(record)).toBe(false);
  });

  it('takes down a lab, also one of which only the record was made', async () => {
    const folder = join(dir, 'fabric', 'lab');
    mkdirSync(folder, { recursive: true });
    const file = new StateFile(folder);
    await file.create({ version: 1, name: 'swept', dir: folder, hosts: [] });
    expect(await takeDownBelow(dir)).toEqual([folder]);
    expect(await file.read()).toBeUndefined();
  });
});
