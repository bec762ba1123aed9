import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessRecord, recordOf, signalGroup, signalProcess } from './process-record.ts';
import { waitFor } from './wait.ts';

/** A process that was started under a name. */
export interface NamedProcess extends ProcessRecord {
  name: string;
}

export interface ProcessesOptions {
  /** The processes outlive this one. Default: the kernel kills them when this process ends, however it ends. */
  detached?: boolean;
}

export interface ReadyOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** How long a process has between SIGTERM and SIGKILL unless the caller says otherwise. */
const defaultGraceMs = 10_000;

/** A process that ended before it was ready; the message carries the end of its log. */
export class ProcessEndedError extends Error {
  override readonly name = 'ProcessEndedError';
}

/**
 * Long-running processes of one folder: their logs in `logs/NAME.log`, their records in `processes.json`, which is
 * the only truth about what runs, so that another process can open the same folder and take over.
 */
export class Processes {
  readonly dir: string;
  readonly #detached: boolean;
  /** Lengths of the logs when their processes were started here: what is before tells of earlier runs. */
  readonly #logStarts = new Map<string, number>();

  constructor(dir: string, options: ProcessesOptions = {}) {
    this.dir = dir;
    this.#detached = options.detached ?? false;
  }

  /**
   * Starts and records a process; its standard output and error are appended to its log.
   * @throws Error when one with this name runs already, or `file` cannot be started at all.
   */
  start(name: string, file: string, args: readonly string[], env?: NodeJS.ProcessEnv): NamedProcess {
    if (this.isRunning(name)) throw new Error(`${name} already runs from ${this.dir}; stop it first`);
    const record = named(name, this.#spawn(name, file, args, env));
    const others = this.records();
    const index = others.findIndex((other) => other.name === name);
    // A restarted process keeps its place, since the order of records is the order in which all are stopped.
    others.splice(index < 0 ? others.length : index, index < 0 ? 0 : 1, record);
    writeRecords(this.dir, others);
    return record;
  }

  /** All that were started and not stopped, in order of their first start; some may have ended by themselves. */
  records(): NamedProcess[] {
    return readRecords(this.dir);
  }

  isRunning(name: string): boolean {
    const record = this.records().find((candidate) => candidate.name === name);
    return record !== undefined && isAlive(record);
  }

  /** Ends one process and waits until it is gone: SIGTERM, after `graceMs` SIGKILL. Its record goes too. */
  async stop(name: string, graceMs = defaultGraceMs): Promise<void> {
    const record = this.records().find((candidate) => candidate.name === name);
    if (!record) return;
    await end(record, graceMs);
    writeRecords(
      this.dir,
      this.records().filter((other) => other.pid !== record.pid),
    );
  }

  /** Ends all, the last started first. */
  async stopAll(graceMs = defaultGraceMs): Promise<void> {
    for (const { name } of this.records().toReversed()) await this.stop(name, graceMs);
  }

  /**
   * Waits until `probe` says true; a probe that throws counts as "not yet".
   * @throws ProcessEndedError as soon as the process has ended; Error with the end of its log when time is up.
   */
  async untilReady(name: string, probe: () => Promise<boolean>, options: ReadyOptions): Promise<void> {
    const { timeoutMs, signal } = options;
    const look = async () => (this.isRunning(name) ? (await probe()) && 'ready' : 'ended');
    try {
      const outcome = await waitFor(`${name} to be ready`, look, {
        timeoutMs,
        ...(signal ? { signal } : {}),
      });
      if (outcome === 'ready') return;
      // A Ctrl-C may end the process before it reaches us as a signal.
      signal?.throwIfAborted();
    } catch (error) {
      signal?.throwIfAborted();
      throw new Error(`${(error as Error).message}; ${this.#logEnd(name)}`, { cause: error });
    }
    throw new ProcessEndedError(`${name} ended before it was ready; ${this.#logEnd(name)}`);
  }

  logPath(name: string): string {
    return join(this.dir, 'logs', `${name}.log`);
  }

  #logEnd(name: string): string {
    const log = readFileSync(this.logPath(name)).subarray(this.#logStarts.get(name) ?? 0);
    const lines = log.toString('utf8').trimEnd().split('\n');
    return `the end of ${this.logPath(name)}:\n${lines.slice(-12).join('\n')}`;
  }

  #spawn(name: string, file: string, args: readonly string[], env?: NodeJS.ProcessEnv): number {
    mkdirSync(join(this.dir, 'logs'), { recursive: true });
    const log = openSync(this.logPath(name), 'a');
    this.#logStarts.set(name, fstatSync(log).size);
    try {
      // A session of its own either way: Ctrl-C in the terminal must reach only us, who stop the rest in order.
      // The kernel's parent-death signal covers the end that leaves no time for that, such as SIGKILL.
      const command = this.#detached ? [file, ...args] : ['setpriv', '--pdeathsig', 'KILL', file, ...args];
      const child = spawn(command[0] ?? file, command.slice(1), {
        stdio: ['ignore', log, log],
        detached: true,
        env: env ?? process.env,
      });
      child.on('error', () => {}); // told by the missing pid below, in the caller's stack
      child.unref();
      if (child.pid === undefined) throw new Error(`${name} cannot be started: ${command[0]} does not run`);
      return child.pid;
    } finally {
      closeSync(log);
    }
  }
}

/** Ends exactly the processes that `dir` records, the last started first, whoever started them. */
export async function stopRecorded(dir: string, graceMs = defaultGraceMs): Promise<void> {
  await new Processes(dir).stopAll(graceMs);
}

function named(name: string, pid: number): NamedProcess {
  // One that has ended already leaves no start time; an empty one matches no process, so it counts as ended.
  return { name, pid, startTime: recordOf(pid)?.startTime ?? '' };
}

async function end(record: NamedProcess, graceMs: number): Promise<void> {
  const gone = () => !isAlive(record);
  if (gone()) return;
  signalProcess(record, 'SIGTERM');
  try {
    await waitFor(`${record.name} to end`, gone, { timeoutMs: graceMs, everyMs: 10 });
  } catch {
    signalGroup(record.pid, 'SIGKILL'); // the whole group: what it started must not outlive it
    await waitFor(`${record.name} to be killed`, gone, { timeoutMs: 10_000, everyMs: 10 });
  }
}

function readRecords(dir: string): NamedProcess[] {
  try {
    return JSON.parse(readFileSync(join(dir, 'processes.json'), 'utf8')) as NamedProcess[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`${join(dir, 'processes.json')} cannot be read`, { cause: error });
  }
}

function writeRecords(dir: string, records: readonly NamedProcess[]): void {
  const path = join(dir, 'processes.json');
  // Renamed into place: a take-down that reads meanwhile, or after a crash, finds the old list or the new one.
  writeFileSync(`${path}.new`, `${JSON.stringify(records, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
