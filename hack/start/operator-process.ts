import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../control-plane/ports.ts';
import { projectRoot } from '../paths.ts';
import { Processes } from '../processes.ts';
import { waitFor } from '../wait.ts';

const name = 'operator';

export interface OperatorOptions {
  /** Its process is recorded here; its log is `logs/operator.log` in it. */
  dir: string;
  kubeconfigPath: string;
  leaseNamespace: string;
  /** It outlives this process. Default false. */
  detached?: boolean;
  /** Given after the operator's own arguments, so they win. */
  args?: readonly string[];
  /** Default: the project's `operator/main.ts`. */
  entryPath?: string;
}

/** The operator as a child process, out of the cluster. */
export class OperatorProcess {
  readonly #options: OperatorOptions;
  readonly #processes: Processes;
  #port = 0;

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.#processes = new Processes(options.dir, { detached: options.detached ?? false });
  }

  /** Returns once its caches are synced. @throws Error with the end of its log when it ends before that. */
  async start(signal?: AbortSignal): Promise<void> {
    const {
      entryPath = join(projectRoot, 'operator/main.ts'),
      kubeconfigPath,
      leaseNamespace,
    } = this.#options;
    this.#port = await freePort();
    this.#processes.start(name, process.execPath, [
      entryPath,
      ...['--kubeconfig', kubeconfigPath, '--lease-namespace', leaseNamespace],
      ...['--metrics-port', `${this.#port}`, ...(this.#options.args ?? [])],
    ]);
    const ready = async () => (await this.#status('/readyz')) === 200;
    await this.#processes.untilReady(name, ready, { timeoutMs: 60_000, signal });
  }

  /** SIGTERM and, after ten seconds, SIGKILL; returns once it is gone. */
  async stop(): Promise<void> {
    await this.#processes.stop(name);
  }

  /** Sends a signal and, if it is one that ends a process, returns once it is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    process.kill(pid, signal);
    if (!['SIGKILL', 'SIGTERM', 'SIGINT'].includes(signal)) return;
    await waitFor(`the operator to end after ${signal}`, () => !this.isRunning, {
      timeoutMs: 30_000,
      everyMs: 10,
    });
  }

  get isRunning(): boolean {
    return this.#processes.isRunning(name);
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    if (!this.isRunning) return undefined;
    return this.#processes.records().find((record) => record.name === name)?.pid;
  }

  /** Of /metrics, /healthz and /readyz. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get logPath(): string {
    return this.#processes.logPath(name);
  }

  /** All that it has logged since the fabric was started, restarts included. */
  get logs(): string {
    return existsSync(this.logPath) ? readFileSync(this.logPath, 'utf8') : '';
  }

  /** The last lines of its log. */
  get logEnd(): string {
    return this.logs.trimEnd().split('\n').slice(-6).join('\n');
  }

  #status(path: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const request = get(`${this.url}${path}`, { agent: false, timeout: 2_000 }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.once('timeout', () => request.destroy(new Error(`${path} was not answered within 2 s`)));
      request.once('error', reject);
    });
  }
}
