import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Twice as much work as there are CPUs, until it is ended: whoever wants one gets a third of it. */
export function keepCpusBusy(): { end(): void } {
  const loops = Array.from({ length: 2 * availableParallelism() }, () =>
    // Each in a session of its own, as kernels may share CPUs among sessions. It ends by itself where nobody ends it.
    spawn('timeout', ['400', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore', detached: true }),
  );
  return {
    end: () => {
      for (const { pid } of loops) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    },
  };
}
