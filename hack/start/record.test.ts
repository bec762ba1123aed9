import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, recordOf } from '../process-record.ts';
import { Processes, stopRecorded } from '../processes.ts';
import {
  AlreadyRunningError,
  claim,
  type FabricRecord,
  readRecord,
  statePaths,
  updateRecord,
} from './record.ts';
import { takeDown } from './take-down.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vmfabric-record-'));
});
afterEach(async () => {
  await stopRecorded(statePaths(dir).controlPlane);
  rmSync(dir, { recursive: true, force: true });
});

const wanted = { hosts: 2, detached: false };
const nothing = async () => {};

/** No process has this pid and start time. */
const dead = { pid: 1, startTime: '1' };

function leave(record: Partial<FabricRecord>): void {
  const full = { owner: dead, ready: false, ...wanted, ...record };
  writeFileSync(statePaths(dir).record, JSON.stringify(full));
}

function startServer(): void {
  new Processes(statePaths(dir).controlPlane).start('etcd', 'sleep', ['1000']);
}

describe('claim', () => {
  it('records this process as the owner', async () => {
    await claim(dir, wanted, nothing);
    const owner = recordOf(process.pid);
    expect(await readRecord(dir)).toEqual({ owner, ready: false, ...wanted });
  });

  it('refuses while another start is under way, and says which process it is', async () => {
    await claim(dir, wanted, nothing);
    const again = claim(dir, wanted, nothing);
    await expect(again).rejects.toThrow(AlreadyRunningError);
    await expect(again).rejects.toThrow(
      `being started here by process ${process.pid}: wait for it, or stop it`,
    );
  });

  it('refuses while a fabric is up, and says how to use and stop it', async () => {
    await claim(dir, wanted, nothing);
    await updateRecord(dir, { ready: true });
    await expect(claim(dir, wanted, nothing)).rejects.toThrow(
      /of 2 hosts is already running here: use it with npm run kubectl -- get vm, or stop it with Ctrl-C/,
    );
  });

  it('refuses while a detached fabric is up, whose owner has ended', async () => {
    leave({ detached: true, ready: true });
    startServer();
    await expect(claim(dir, wanted, nothing)).rejects.toThrow(/or stop it with npm run down\.$/);
  });

  it.each([
    ['a killed start', {}],
    ['a killed fabric', { ready: true }],
    ['a detached start that was killed', { detached: true }],
    ['a detached fabric after a reboot', { detached: true, ready: true }],
  ])('cleans up after %s and takes its place', async (_, record) => {
    leave(record);
    let cleaned = 0;
    await claim(dir, wanted, async () => {
      cleaned++;
    });
    expect(cleaned).toBe(1);
    expect((await readRecord(dir))?.owner.pid).toBe(process.pid);
  });

  it('lets one of two that start at once go on', async () => {
    const outcomes = await Promise.allSettled([claim(dir, wanted, nothing), claim(dir, wanted, nothing)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('takeDown', () => {
  it('ends what is recorded and removes the folder', async () => {
    leave({ detached: true, ready: true });
    startServer();
    new Processes(dir).start('operator', 'sleep', ['1000']);
    const records = [
      ...new Processes(dir).records(),
      ...new Processes(statePaths(dir).controlPlane).records(),
    ];
    const parts: string[] = [];
    expect(await takeDown(dir, { onProgress: (part) => parts.push(part) })).toBe(true);
    expect(parts).toEqual(['operator', 'control plane']);
    expect(records.filter(isAlive)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  });

  it('finds nothing the second time, nor in a folder that is not there', async () => {
    leave({});
    expect(await takeDown(dir)).toBe(true);
    expect(await takeDown(dir)).toBe(false);
  });

  it('leaves alone what is not of a fabric', async () => {
    leave({});
    mkdirSync(join(dir, 'photos'));
    await takeDown(dir);
    expect(readdirSync(dir)).toEqual(['photos']);
  });

  it('makes room for the next start, which holds the lock in the folder', async () => {
    leave({});
    startServer();
    await claim(dir, wanted, async () => {
      await takeDown(dir, { keep: 'folder' });
      expect(readdirSync(dir)).toEqual(['.lock']);
    });
  });

  it('keeps logs when asked, and the next start is free to begin', async () => {
    leave({});
    startServer();
    await takeDown(dir, { keep: 'logs' });
    expect(existsSync(join(statePaths(dir).controlPlane, 'logs/etcd.log'))).toBe(true);
    await claim(dir, wanted, nothing);
  });
});
