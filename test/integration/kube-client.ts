import { waitFor } from '../../hack/wait.ts';
import type { Cluster } from '../../operator/kube/cluster.ts';
import { type ClusterConfig, loadClusterConfig } from '../../operator/kube/config.ts';
import {
  crdType,
  namespaceType,
  widgetDefinition,
  widgetType,
} from '../../operator/kube/contract-objects.ts';
import { ApiError } from '../../operator/kube/errors.ts';
import { HttpCluster } from '../../operator/kube/http-cluster.ts';
import { createKubeMetrics, type KubeMetrics } from '../../operator/kube/metrics.ts';
import { Transport } from '../../operator/kube/transport.ts';

export interface Client {
  cluster: HttpCluster;
  transport: Transport;
  metrics: KubeMetrics;
  config: ClusterConfig;
}

/** The operator's own client on the test's API server, or on whatever stands before it at `server`. */
export async function connect(kubeconfigPath: string, server?: string): Promise<Client> {
  const loaded = await loadClusterConfig({ kubeconfigPath });
  const config = server ? { ...loaded, server } : loaded;
  const metrics = createKubeMetrics();
  const transport = new Transport({ config, version: 'test', metrics });
  return { cluster: new HttpCluster({ transport, fieldManager: 'test' }), transport, metrics, config };
}

/** Serves Widgets, and makes a namespace of a new name. */
export async function prepare(cluster: Cluster): Promise<string> {
  await cluster.create(crdType, widgetDefinition).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.isAlreadyExists)) throw error;
  });
  await waitFor('the API server to serve widgets', async () => (await cluster.list(widgetType)).items, {
    timeoutMs: 30_000,
  });
  const name = `kube-${crypto.randomUUID().slice(0, 8)}`;
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}
