import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../hack/control-plane/ports.ts';
import { projectRoot } from '../../hack/paths.ts';
import { waitFor } from '../../hack/wait.ts';

/** One replica of the operator as a process of its own, out of the cluster. */
export class ReplicaProcess {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #exited: Promise<unknown[]>;
  /** All that it wrote. */
  log = '';

  private constructor(kubeconfigPath: string, port: number) {
    this.#url = `http://127.0.0.1:${port}`;
    const args = [
      '--kubeconfig',
      kubeconfigPath,
      '--lease-namespace',
      'default',
      '--metrics-port',
      `${port}`,
    ];
    // The kernel ends it with this process, however that ends.
    const command = ['--pdeathsig', 'KILL', process.execPath, join(projectRoot, 'operator/main.ts'), ...args];
    this.#child = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk) => {
        this.log += chunk;
      });
    this.#exited = once(this.#child, 'exit');
  }

  /** Returns once its caches are synced; it may be on standby then. */
  static async start(kubeconfigPath: string): Promise<ReplicaProcess> {
    const replica = new ReplicaProcess(kubeconfigPath, await freePort());
    const isReady = async () => (await replica.probe('/readyz')) === 200;
    await waitFor('the replica to be ready', isReady, { timeoutMs: 60_000 });
    return replica;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** HTTP status of /healthz or /readyz. */
  async probe(path: string): Promise<number> {
    return (await fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(2_000) })).status;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Stops it in the middle of its own code, and not while it waits for the kernel: from there it would wake up to its
   * timers first, of which the elector's ends it before it does anything else.
   */
  async suspendAtWork(): Promise<void> {
    const caught = async () => {
      this.signal('SIGSTOP');
      await waitFor('the replica to stop', () => this.#proc('stat').includes(') T '), {
        timeoutMs: 10_000,
        everyMs: 1,
      });
      if (this.#proc('syscall').startsWith('-1 ')) return true;
      this.signal('SIGCONT');
      return false;
    };
    await waitFor('the replica to be caught at work', caught, { timeoutMs: 30_000, everyMs: 1 });
  }

  #proc(file: 'stat' | 'syscall'): string {
    return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8');
  }

  /** Its exit code, or the signal that ended it. */
  async exit(): Promise<number | string> {
    const [code, signal] = await this.#exited;
    return (code ?? signal) as number | string;
  }
}
