import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { inClusterConfig } from './in-cluster.ts';
import { kubeconfigFile } from './kubeconfig.ts';

/** What one request is made with; PEM text, not paths. */
export interface Credentials {
  ca?: string;
  cert?: string;
  key?: string;
  /** The value of the Authorization header. */
  authorization?: string;
}

/** Which API server, as whom. */
export interface ClusterConfig {
  /** Base URL without a slash at the end. */
  server: string;
  /** The context's namespace, or the pod's. */
  namespace?: string;
  /** Name the server's certificate is checked against, if not the URL's host. */
  tlsServerName?: string;
  /** Only by the kubeconfig's explicit insecure-skip-tls-verify. */
  skipTlsVerify?: boolean;
  /** Cheap to call for each request; files are read again when due. */
  credentials(): Promise<Credentials>;
  /** The server said 401: the next credentials are read anew. */
  invalidate(): void;
}

export interface ConfigOptions {
  /** Default: $KUBECONFIG, then in-cluster if there is a service account, then ~/.kube/config. */
  kubeconfigPath?: string;
  /** Default: the file's current-context. */
  context?: string;
  clock?: Clock;
  env?: Readonly<Record<string, string | undefined>>;
  /** Where a pod finds its service account. */
  serviceAccountPath?: string;
}

/**
 * Finds the cluster as kubectl and controllers do.
 * @throws Error naming the file, context or field that is missing, and the way out.
 */
export async function loadClusterConfig(options: ConfigOptions = {}): Promise<ClusterConfig> {
  const { clock = systemClock, env = process.env } = options;
  const path = options.kubeconfigPath ?? firstPath(env['KUBECONFIG']);
  const context = options.context === undefined ? {} : { context: options.context };
  if (path) return kubeconfigFile({ path, clock, ...context });
  if (env['KUBERNETES_SERVICE_HOST']) {
    const serviceAccountPath = options.serviceAccountPath ?? '/var/run/secrets/kubernetes.io/serviceaccount';
    return inClusterConfig({ env, clock, serviceAccountPath });
  }
  return kubeconfigFile({ path: join(homedir(), '.kube', 'config'), clock, ...context });
}

/** A list of files in $KUBECONFIG is not merged: the first one counts, as an operator runs against one cluster. */
function firstPath(list: string | undefined): string | undefined {
  return list?.split(':').find((path) => path !== '');
}
