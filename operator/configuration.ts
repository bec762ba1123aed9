import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };

export const version = packageJson.version;

/** What the operator is told on its command line and by its environment. */
export interface Configuration {
  /** Absent inside a cluster, and where the KUBECONFIG variable or the default file is to be taken. */
  kubeconfig?: string;
  context?: string;
  /** Where the Lease for leader election lives. */
  leaseNamespace: string;
  leaseName: string;
  /** Names this replica; unique among them. */
  identity: string;
  /** Port of /metrics, /healthz and /readyz; 0 takes a free one. */
  port: number;
  logLevel: LogLevel;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export const usage = `Usage: node operator/main.ts [options]

Runs the vmfabric operator against a Kubernetes cluster.

  --kubeconfig FILE       how to reach the cluster (default: the pod's own, KUBECONFIG, or ~/.kube/config)
  --context NAME          a context of that file
  --lease-namespace NAME  where the leader's Lease lives (default: POD_NAMESPACE, or vmfabric-system)
  --lease-name NAME       its name (default: vmfabric)
  --metrics-port NUMBER   of /metrics, /healthz and /readyz (default: 8080; 0 for a free one)
  --log-level LEVEL       ${logLevels.join(', ')} (default: info)
  --version               print the version and exit
  --help                  print this and exit
`;

export type CommandLine = { run: Configuration } | { print: string };

/** @throws Error with one sentence that names the option which is wrong. */
export function readConfiguration(args: readonly string[], env: NodeJS.ProcessEnv): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      'lease-namespace': { type: 'string' },
      'lease-name': { type: 'string' },
      'metrics-port': { type: 'string' },
      'log-level': { type: 'string' },
      version: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return { print: usage };
  if (values.version) return { print: `${version}\n` };
  return {
    run: {
      ...(values.kubeconfig === undefined ? {} : { kubeconfig: values.kubeconfig }),
      ...(values.context === undefined ? {} : { context: values.context }),
      leaseNamespace: values['lease-namespace'] ?? env['POD_NAMESPACE'] ?? 'vmfabric-system',
      leaseName: values['lease-name'] ?? 'vmfabric',
      identity: `${env['POD_NAME'] ?? hostname()}_${crypto.randomUUID().slice(0, 8)}`,
      port: portOf(values['metrics-port'] ?? '8080'),
      logLevel: logLevelOf(values['log-level'] ?? 'info'),
    },
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--metrics-port ${text}: must be from 0 to 65535`);
  return port;
}

function logLevelOf(text: string): LogLevel {
  const level = logLevels.find((one) => one === text);
  if (!level) throw new Error(`--log-level ${text}: must be one of ${logLevels.join(', ')}`);
  return level;
}
