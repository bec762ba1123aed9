import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface LockOptions {
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Does `work` while this process alone, on this machine, holds the lock `path`; waits for another holder first.
 * The kernel keeps the lock (flock(2)) and frees it when the holder dies, so no stale lock is ever left. Node has no
 * flock of its own: util-linux's command holds it until its input closes, which it also does when we are killed.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  options.signal?.throwIfAborted();
  const holder = spawn('flock', [path, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true, // Ctrl-C in the terminal must not free the lock while the work still winds up
  });
  const ended = new Promise<void>((resolve) => {
    // Not 'close': that waits for output which nobody reads after the first line.
    holder.once('exit', () => resolve());
    holder.once('error', () => resolve()); // flock is missing; told by the lock that never came
  });
  // Only a waiting flock has to be ended; one that holds the lock ends with its input, after the work.
  const abort = () => holder.kill();
  options.signal?.addEventListener('abort', abort, { once: true });
  const waiting = setTimeout(() => options.onProgress?.(`waiting for whoever holds ${path}`), 1_000);
  try {
    const isLocked = await firstLineIs('locked', holder.stdout);
    options.signal?.removeEventListener('abort', abort);
    clearTimeout(waiting);
    options.signal?.throwIfAborted();
    if (!isLocked) throw new Error(`the lock ${path} could not be taken; is util-linux's flock installed?`);
    return await work();
  } finally {
    clearTimeout(waiting);
    options.signal?.removeEventListener('abort', abort);
    holder.stdin.end();
    await ended;
  }
}

async function firstLineIs(expected: string, output: NodeJS.ReadableStream): Promise<boolean> {
  const lines = createInterface({ input: output });
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  lines.close();
  return line === expected;
}
