import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { run } from '../../hack/command.ts';
import { legName } from '../../hack/lab/network.ts';
import { defaultLabName } from '../../hack/lab/state.ts';
import { projectRoot } from '../../hack/paths.ts';
import { recordOf } from '../../hack/process-record.ts';
import { statePaths } from '../../hack/start/record.ts';
import { waitFor } from '../../hack/wait.ts';

/** One of the project's npm scripts as a user runs it, with state in a folder of its own. */
export class Command {
  readonly child: ChildProcess;
  output = '';
  readonly #ended: Promise<number | null>;

  constructor(file: string, args: readonly string[], stateDir: string) {
    this.child = spawn(file, args, {
      cwd: projectRoot,
      env: {
        ...process.env,
        VMFABRIC_STATE: stateDir,
        INIT_CWD: projectRoot,
        NO_COLOR: '1',
        FORCE_COLOR: '0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, as a terminal gives it: a Ctrl-C reaches all of it.
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.output += chunk;
      });
    }
    this.#ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
  }

  /** Waits until it ends by itself. @returns its exit code, null if it died of a signal. */
  async ended(): Promise<number | null> {
    return this.#ended;
  }

  async untilItSays(text: string, timeoutMs = 120_000): Promise<void> {
    const look = () => {
      if (this.output.includes(text)) return 'said';
      return this.child.exitCode !== null && 'ended';
    };
    const outcome = await waitFor(`"${text}" in:\n${this.output}`, look, { timeoutMs });
    if (outcome === 'ended') throw new Error(`it ended without "${text}":\n${this.output}`);
  }

  /** As Ctrl-C in a terminal: to npm, the script and whatever they run in the foreground. */
  interrupt(): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGINT');
  }
}

export function npmStart(stateDir: string, ...args: string[]): Command {
  return new Command('npm', ['start', '--silent', '--', ...args], stateDir);
}

export function npmRun(stateDir: string, script: string, ...args: string[]): Command {
  return new Command('npm', ['run', '--silent', script, '--', ...args], stateDir);
}

/** What a machine has of a start, and a start might leave behind: of others, anything may come and go meanwhile. */
export interface Machine {
  processes: Set<string>;
  links: Set<string>;
  routes: Set<string>;
  mounts: Set<string>;
}

/** Processes are told by pid and start time. */
export async function lookAtMachine(stateDir: string): Promise<Machine> {
  const link = legName(defaultLabName(statePaths(stateDir).lab));
  const links = JSON.parse(await run('ip', ['-j', 'link', 'show'])) as { ifname: string }[];
  const routes = await run('ip', ['route', 'show', 'table', 'all']);
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return {
    processes: new Set(processesThatName(stateDir)),
    links: new Set(links.map(({ ifname }) => ifname).filter((name) => name === link)),
    routes: new Set(routes.split('\n').filter((line) => line.includes(` dev ${link} `))),
    mounts: new Set(mounts.map(mountPoint).filter((path) => path.startsWith(stateDir))),
  };
}

/** What is there now and was not before. */
export async function leftovers(before: Machine, stateDir: string): Promise<string[]> {
  const now = await lookAtMachine(stateDir);
  return (Object.keys(before) as (keyof Machine)[]).flatMap((kind) =>
    [...now[kind]].filter((what) => !before[kind].has(what)).map((what) => `${kind}: ${what}`),
  );
}

function processesThatName(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => ['cmdline', 'environ'].some((file) => readProc(pid, file).includes(text)))
    .map(
      (pid) =>
        `${pid} since ${recordOf(Number(pid))?.startTime}: ${readProc(pid, 'cmdline').replaceAll('\0', ' ')}`,
    )
    .filter((line) => !line.includes('since undefined'));
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // ended meanwhile
  }
}

const mountPoint = (line: string) => line.split(' ')[4] ?? '';
