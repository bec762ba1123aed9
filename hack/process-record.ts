import { readdirSync, readFileSync } from 'node:fs';
import { waitFor } from './wait.ts';

/** A process that can be told from a later one with the same id: the kernel's start time goes with it. */
export interface ProcessRecord {
  pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  startTime: string;
}

/**
 * The record of a process that runs now, or undefined when there is none. A zombie runs no more, unless other threads of it
 * have yet to end: they hold its files and ports.
 */
export function recordOf(pid: number): ProcessRecord | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  const { state, threads, startTime } = parseStat(stat);
  const isGone = state === 'X' || (state === 'Z' && threads <= 1);
  return isGone ? undefined : { pid, startTime };
}

/** The parts of /proc/PID/stat that are used here; the name in it may hold blanks and brackets. */
export function parseStat(stat: string): { state: string; threads: number; startTime: string } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', threads: Number(fields[17] ?? 0), startTime: fields[19] ?? '' };
}

/** Whether this very process still runs. */
export function isAlive(record: ProcessRecord): boolean {
  return recordOf(record.pid)?.startTime === record.startTime;
}

/** Processes that carry `entry` (`NAME=value`) in the environment that they were started with. */
export function processesWithEnvironment(entry: string): ProcessRecord[] {
  return allPids().flatMap((pid) => {
    const environment = readProc(pid, 'environ')?.split('\0') ?? [];
    const record = environment.includes(entry) ? recordOf(pid) : undefined;
    return record ? [record] : [];
  });
}

/** Process ids of the direct children. */
export function childrenOf(pid: number): number[] {
  const children = readProc(pid, `task/${pid}/children`) ?? '';
  return children.split(' ').filter(Boolean).map(Number);
}

/** The command line of a process, empty when it is gone. */
export function commandLineOf(pid: number): string[] {
  return (readProc(pid, 'cmdline') ?? '').split('\0').filter(Boolean);
}

/** Signals a whole process group, by its leader's id; one that is gone is no failure. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  send(-leader, signal);
}

/** Sends a signal if the process still runs; a process that ended meanwhile is no failure. */
export function signalProcess(record: ProcessRecord, signal: NodeJS.Signals): void {
  if (isAlive(record)) send(record.pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** SIGKILL, and waits until none of them runs. */
export async function killAndWait(records: readonly ProcessRecord[], timeoutMs = 20_000): Promise<void> {
  for (const record of records) signalProcess(record, 'SIGKILL');
  const pids = records.map(({ pid }) => pid).join(', ');
  await waitFor(`the end of processes ${pids}`, () => !records.some(isAlive), { timeoutMs, everyMs: 10 });
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined; // gone between listing and reading
  }
}
