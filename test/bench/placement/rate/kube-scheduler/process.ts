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

/** What its own metrics say of all decisions until now. */
export interface Algorithm {
  decisions: number;
  seconds: number;
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

  /** Time it took to decide, binding and API server left out. @throws Error when it serves no such metric */
  async algorithm(): Promise<Algorithm> {
    const { body } = await request(this.#url, { dispatcher: this.#agent });
    return parseAlgorithm(await body.text());
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

/** Reads the histogram of kube-scheduler's decisions from its metrics. */
export function parseAlgorithm(text: string): Algorithm {
  const read = (suffix: string) =>
    Number(
      new RegExp(`^scheduler_scheduling_algorithm_duration_seconds_${suffix} (\\S+)$`, 'm').exec(text)?.[1],
    );
  const algorithm = { decisions: read('count'), seconds: read('sum') };
  if (!Number.isFinite(algorithm.decisions) || !Number.isFinite(algorithm.seconds))
    throw new Error('kube-scheduler does not tell how long it decides');
  return algorithm;
}
