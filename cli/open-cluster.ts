import { version } from '../operator/configuration.ts';
import { loadClusterConfig } from '../operator/kube/config.ts';
import { HttpCluster } from '../operator/kube/http-cluster.ts';
import { Transport } from '../operator/kube/transport.ts';
import { NotFoundError, type OpenCluster } from './command.ts';

/** The cluster of a kubeconfig. @throws NotFoundError when there is none, or it is not as it must be */
export async function openCluster(options: { kubeconfig?: string; context?: string }): Promise<OpenCluster> {
  const { kubeconfig, context } = options;
  const config = await loadClusterConfig({
    ...(kubeconfig === undefined ? {} : { kubeconfigPath: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  }).catch((error: Error) => {
    throw new NotFoundError(`${error.message}; name another with --kubeconfig, or a dump with --from`, {
      cause: error,
    });
  });
  const transport = new Transport({ config, version });
  return {
    cluster: new HttpCluster({ transport }),
    ...(config.namespace === undefined ? {} : { namespace: config.namespace }),
    close: () => transport.close(),
  };
}
