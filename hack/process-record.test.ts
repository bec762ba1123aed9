import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  commandLineOf,
  isAlive,
  killAndWait,
  type ProcessRecord,
  parseStat,
  processesWithEnvironment,
  recordOf,
  signalProcess,
} from './process-record.ts';
import { waitFor } from './wait.ts';

async function startSleeper(env: NodeJS.ProcessEnv = {}): Promise<ProcessRecord> {
  const child = spawn('sleep', ['1000'], { env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await waitFor('the sleeper', () => commandLineOf(child.pid ?? 0)[0] === 'sleep', {
    timeoutMs: 5000,
    everyMs: 5,
  });
  const record = recordOf(child.pid ?? 0);
  if (!record) throw new Error('the sleeper ended at once');
  return record;
}

describe('parseStat', () => {
  it('reads state, number of threads and start time behind a name with blanks and brackets', () => {
    const rest = Array.from({ length: 18 }, (_, index) => index + 4).join(' ');
    expect(parseStat(`42 (a) b (c) S ${rest} 777 23`)).toEqual({
      ...{ state: 'S', threads: 20, startTime: '777' },
    });
  });
});

describe('process records', () => {
  it('know a living process, and tell it from a later one with its id', async () => {
    const record = await startSleeper();
    expect(isAlive(record)).toBe(true);
    expect(isAlive({ ...record, startTime: '1' })).toBe(false);
  });

  it('know a process whose first thread has ended before the others', async () => {
    const script =
      'import ctypes, threading, time; threading.Thread(target=time.sleep, args=(1000,)).start(); ctypes.CDLL(None).pthread_exit(None)';
    const child = spawn('python3', ['-c', script], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const pid = child.pid ?? 0;
    const state = () => parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1')).state;
    await waitFor('the end of the first thread', () => state() === 'Z', { timeoutMs: 20_000, everyMs: 5 });
    const record = recordOf(pid);
    expect(record && isAlive(record)).toBe(true);
    await killAndWait(record ? [record] : []);
    expect(recordOf(pid)).toBeUndefined();
  });

  it('do not signal a later process with the same id', async () => {
    const record = await startSleeper();
    signalProcess({ ...record, startTime: '1' }, 'SIGKILL');
    await killAndWait([{ ...record, startTime: '1' }]);
    expect(isAlive(record)).toBe(true);
  });

  it('are gone after killAndWait, which may be repeated', async () => {
    const records = [await startSleeper(), await startSleeper()];
    await killAndWait(records);
    expect(records.some(isAlive)).toBe(false);
    await killAndWait(records);
  });

  it('are found by an entry of their environment, whole and only', async () => {
    const [mine, other] = [await startSleeper({ MARK: '/srv/a' }), await startSleeper({ MARK: '/srv/a2' })];
    expect(processesWithEnvironment('MARK=/srv/a')).toEqual([mine]);
    expect(processesWithEnvironment('MARK=/srv/a2')).toEqual([other]);
  });

  it('say nothing of a process that never was', () => {
    expect(recordOf(2 ** 30)).toBeUndefined();
    expect(commandLineOf(2 ** 30)).toEqual([]);
  });
});
