import type { CallOptions, ListOptions, WatchEvent } from '../../../operator/kube/cluster.ts';
import { loadClusterConfig } from '../../../operator/kube/config.ts';
import { HttpCluster } from '../../../operator/kube/http-cluster.ts';
import { createKubeMetrics, type KubeMetrics } from '../../../operator/kube/metrics.ts';
import type { KubeObject, ResourceType } from '../../../operator/kube/object.ts';
import { Transport } from '../../../operator/kube/transport.ts';

export interface ApiClient {
  cluster: HttpCluster;
  transport: Transport;
  metrics: KubeMetrics;
}

/** The operator's client; of namespaced kinds it lists and watches only what is in `namespace`, if one is given. */
export async function apiClient(kubeconfigPath: string, namespace?: string): Promise<ApiClient> {
  const config = await loadClusterConfig({ kubeconfigPath });
  const metrics = createKubeMetrics();
  const transport = new Transport({ config, version: 'bench', metrics });
  const cluster =
    namespace === undefined ? new HttpCluster({ transport }) : new ClusterWithin(namespace, transport);
  return { cluster, transport, metrics };
}

class ClusterWithin extends HttpCluster {
  readonly #namespace: string;

  constructor(namespace: string, transport: Transport) {
    super({ transport });
    this.#namespace = namespace;
  }

  override list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}) {
    return super.list(type, this.#within(type, options));
  }

  override watch<T extends KubeObject>(
    type: ResourceType<T>,
    resourceVersion: string,
    options: ListOptions & { timeoutSeconds: number },
  ): AsyncIterable<WatchEvent<T>> {
    return super.watch(type, resourceVersion, this.#within(type, options));
  }

  #within<O extends CallOptions>({ namespaced }: ResourceType, options: O): O {
    return namespaced ? { ...options, namespace: this.#namespace } : options;
  }
}
