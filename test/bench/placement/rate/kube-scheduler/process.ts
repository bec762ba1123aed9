import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { freePort } from '../../../../../hack/control-plane/ports.ts';
import { Processes } from '../../../../../hack/processes.ts';

export interface SchedulerSpec {
  /** Path of the program. */
  program: string;
  /** Holds its configuration and its log. */
  dir: string;
  kubeconfigPath: string;
  /** 100: all; 0: as many as it finds right, which is the default. */
  percentageOfNodesToScore: number;
}

/** What its own metrics say of all the time until now. */
export interface SchedulerMetrics {
  decisions: number;
  /** In which it decided, binding and API server left out. */
  decisionSeconds: number;
  /** Of its process, on all threads. */
  cpuSeconds: number;
}

const name = 'kube-scheduler';

/** One run of kube-scheduler with everything as it comes but the share of nodes, and no limit on its calls. */
export class SchedulerProcess {
  readonly #processes: Processes;
  readonly #url: string;
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false } });

  private constructor(dir: string, port: number) {
    this.#processes = new Processes(dir);
    this.#url = `https://127.0.0.1:${port}/metrics`;
  }

  static async start(spec: SchedulerSpec): Promise<SchedulerProcess> {
    const { dir, program } = spec;
    await mkdir(dir, { recursive: true });
    const configPath = join(dir, 'kube-scheduler.json');
    await writeFile(configPath, JSON.stringify(configuration(spec)));
    const port = await freePort();
    const scheduler = new SchedulerProcess(dir, port);
    scheduler.#processes.start(name, program, [
      `--config=${configPath}`,
      `--cert-dir=${join(dir, 'certificates')}`,
      ...['--bind-address=127.0.0.1', `--secure-port=${port}`],
      '--authorization-always-allow-paths=/metrics',
    ]);
    return scheduler;
  }

  /** @throws Error when it does not serve all of them */
  async metrics(): Promise<SchedulerMetrics> {
    const { body } = await request(this.#url, { dispatcher: this.#agent });
    return parseMetrics(await body.text());
  }

  async stop(): Promise<void> {
    await this.#agent.close();
    await this.#processes.stop(name);
  }
}

function configuration({ kubeconfigPath, percentageOfNodesToScore }: SchedulerSpec) {
  return {
    ...{ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig: kubeconfigPath, qps: 10_000, burst: 10_000 },
    percentageOfNodesToScore,
  };
}

const algorithm = 'scheduler_scheduling_algorithm_duration_seconds';

/** Reads them from what kube-scheduler serves. @throws Error that names the first that is not there */
export function parseMetrics(text: string): SchedulerMetrics {
  const read = (name: string) => {
    const value = Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    if (!Number.isFinite(value)) throw new Error(`kube-scheduler does not tell its ${name}`);
    return value;
  };
  return {
    decisions: read(`${algorithm}_count`),
    decisionSeconds: read(`${algorithm}_sum`),
    cpuSeconds: read('process_cpu_seconds_total'),
  };
}
