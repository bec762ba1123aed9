import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, recordOf } from './process-record.ts';
import { type NamedProcess, Processes, stopRecorded } from './processes.ts';
import { waitFor } from './wait.ts';

let dir: string;
let processes: Processes;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vmfabric-processes-'));
  processes = new Processes(dir);
});

afterEach(async () => {
  await stopRecorded(dir, 100);
  rmSync(dir, { recursive: true, force: true });
});

const start = (name: string, script: string) => processes.start(name, 'sh', ['-c', script]);
const yes = async () => true;
const no = async () => false;

describe('start and stop', () => {
  it('records a process by pid and start time until it is stopped', async () => {
    const record = start('sleeper', 'exec sleep 1000');
    expect(processes.records()).toEqual([record]);
    expect(isAlive(record)).toBe(true);
    await processes.stop('sleeper');
    expect(isAlive(record)).toBe(false);
    expect(processes.records()).toEqual([]);
  });

  it('refuses a second process of the same name while the first runs', () => {
    start('only', 'exec sleep 1000');
    expect(() => start('only', 'exec sleep 1000')).toThrow(/only already runs/);
  });

  it('appends what a process prints to its log', async () => {
    start('talker', 'echo out; echo err >&2');
    await waitFor('the end', () => !processes.isRunning('talker'), { timeoutMs: 5_000 });
    start('talker', 'echo again; exec sleep 1000');
    const all = () => readFileSync(processes.logPath('talker'), 'utf8') === 'out\nerr\nagain\n';
    await waitFor('both runs in the log', all, { timeoutMs: 5_000 });
  });

  it('kills a process that ignores SIGTERM, with what it started', async () => {
    const record = start('stubborn', "trap '' TERM; sleep 1000 & echo $!; while :; do wait; done");
    const child = await waitFor('the pid of its child', () => firstLine('stubborn'), { timeoutMs: 5_000 });
    await processes.stop('stubborn', 50);
    expect(isAlive(record)).toBe(false);
    await waitFor('the child to go', () => recordOf(Number(child)) === undefined, { timeoutMs: 5_000 });
  });

  it('stops the last started first', async () => {
    const order = join(dir, 'order');
    for (const name of ['first', 'second']) {
      start(name, `trap 'echo ${name} >> ${order}; exit' TERM; echo ready; while :; do sleep 0.01; done`);
      await waitFor(`${name} to be ready`, () => firstLine(name), { timeoutMs: 5_000 });
    }
    await processes.stopAll();
    expect(readFileSync(order, 'utf8')).toBe('second\nfirst\n');
  });

  it('keeps the place of one that crashed and is started again', async () => {
    const { pid } = start('first', 'exec sleep 1000');
    start('second', 'exec sleep 1000');
    process.kill(pid, 'SIGKILL');
    await waitFor('its end', () => !processes.isRunning('first'), { timeoutMs: 5_000 });
    start('first', 'exec sleep 1000');
    expect(processes.records().map(({ name }) => name)).toEqual(['first', 'second']);
  });

  it('tells a program that does not exist apart from one that runs', async () => {
    processes.start('missing', '/no/such/program', []);
    const ready = processes.untilReady('missing', no, { timeoutMs: 5_000 });
    await expect(ready).rejects.toThrow(/missing ended before it was ready.*no\/such\/program/s);
  });
});

describe('untilReady', () => {
  it('returns once the probe says so, errors before being none', async () => {
    start('server', 'exec sleep 1000');
    let looks = 0;
    const probe = async () => {
      if (++looks < 3) throw new Error('connection refused');
      return true;
    };
    await processes.untilReady('server', probe, { timeoutMs: 5_000 });
    expect(looks).toBe(3);
  });

  it('fails at once, with the end of this run of the log, when the process ends', async () => {
    mkdirSync(join(dir, 'logs'));
    writeFileSync(processes.logPath('server'), 'of an earlier run\n');
    start('server', 'echo cannot bind; exit 1');
    const error = await processes.untilReady('server', no, { timeoutMs: 60_000 }).catch(String);
    expect(error).toContain('cannot bind');
    expect(error).not.toContain('of an earlier run');
  });

  it('does not take an old process for a new one that has ended', async () => {
    start('server', 'exit 0');
    await waitFor('its end', () => !processes.isRunning('server'), { timeoutMs: 5_000 });
    await expect(processes.untilReady('server', yes, { timeoutMs: 5_000 })).rejects.toThrow(/ended before/);
  });

  it('fails with the log when time is up, and with the reason when aborted', async () => {
    start('server', 'echo still loading; exec sleep 1000');
    await waitFor('its line', () => firstLine('server'), { timeoutMs: 5_000 });
    await expect(processes.untilReady('server', no, { timeoutMs: 60 })).rejects.toThrow(/still loading/);
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(processes.untilReady('server', no, { timeoutMs: 5_000, signal })).rejects.toThrow('Ctrl-C');
  });
});

describe('records of another process', () => {
  it('stops exactly what is recorded, from the folder alone', async () => {
    const record = start('sleeper', 'exec sleep 1000');
    await stopRecorded(dir);
    expect(isAlive(record)).toBe(false);
    expect(processes.records()).toEqual([]);
  });

  it('makes nothing of a folder that is not there', async () => {
    await stopRecorded(join(dir, 'never'));
    expect(existsSync(join(dir, 'never'))).toBe(false);
  });

  it('leaves a process alone whose pid is reused', async () => {
    const stranger = spawn('sleep', ['1000']);
    try {
      const pid = stranger.pid ?? 0;
      const record: NamedProcess = { name: 'ours', pid, startTime: '1' };
      writeFileSync(join(dir, 'processes.json'), JSON.stringify([record]));
      await stopRecorded(dir, 50);
      expect(recordOf(pid)).toBeDefined();
    } finally {
      stranger.kill('SIGKILL');
      await once(stranger, 'close');
    }
  });

  it('names the file that cannot be read', () => {
    const broken = join(dir, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'processes.json'), '{');
    expect(() => new Processes(broken).records()).toThrow(/processes\.json cannot be read/);
  });
});

function firstLine(name: string): string | undefined {
  const text = readFileSync(processes.logPath(name), 'utf8');
  return text.includes('\n') ? text.slice(0, text.indexOf('\n')) : undefined;
}
