import { type SpawnOptions, spawn } from 'node:child_process';
import { signalGroup } from './process-record.ts';

/** A command that ended with another code than 0; the message carries the end of what it printed. */
export class CommandError extends Error {
  readonly command: string;
  readonly exitCode: number | null;
  readonly output: string;

  constructor(command: string, exitCode: number | null, output: string) {
    super(
      `${command} ended with ${exitCode ?? 'a signal'}: ${output.trim().split('\n').slice(-12).join('\n')}`,
    );
    this.name = 'CommandError';
    this.command = command;
    this.exitCode = exitCode;
    this.output = output;
  }
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Written to the command's standard input, which is then closed. */
  input?: string;
  signal?: AbortSignal;
  /** In a process group of its own: Ctrl-C in the terminal does not reach it, and an abort ends all that it started. */
  ownGroup?: boolean;
  /** Called with each whole line of standard output and standard error, as it comes. */
  onLine?: (line: string) => void;
}

/**
 * Runs a command to its end and returns its standard output.
 * @throws CommandError when it does not exit with 0; the AbortSignal's reason when aborted.
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const spawnOptions: SpawnOptions = { stdio: ['pipe', 'pipe', 'pipe'] };
  if (options.cwd) spawnOptions.cwd = options.cwd;
  if (options.env) spawnOptions.env = options.env;
  options.signal?.throwIfAborted();
  if (options.ownGroup) spawnOptions.detached = true;
  const child = spawn(file, args, spawnOptions);
  let stdout = '';
  let all = '';
  let rest = '';
  const take = (chunk: string) => {
    all = (all + chunk).slice(-64 * 1024);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) options.onLine?.(line);
  };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    take(chunk);
  });
  child.stderr?.setEncoding('utf8').on('data', take);
  child.stdin?.on('error', () => {}); // a command that does not read its input is no failure
  child.stdin?.end(options.input ?? '');
  const abort = () => {
    if (options.ownGroup && child.pid !== undefined) signalGroup(child.pid, 'SIGTERM');
    else child.kill('SIGTERM');
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    options.signal?.throwIfAborted();
    if (code !== 0) throw new CommandError([file, ...args].join(' '), code, all);
    return stdout;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}
