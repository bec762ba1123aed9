import { CustomObjectsApi, KubeConfig, type KubernetesObject, makeInformer } from '@kubernetes/client-node';
import { vmType } from '../vm-type.ts';
import type { CacheSource } from './open.ts';

/** As client-node's own example of an informer has it. */
export async function openStock({ kubeconfigPath, namespace }: CacheSource): Promise<() => number> {
  const { group, version, plural } = vmType;
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const api = config.makeApiClient(CustomObjectsApi);
  const informer = makeInformer<KubernetesObject>(
    config,
    `/apis/${group}/${version}/namespaces/${namespace}/${plural}`,
    () => api.listNamespacedCustomObject({ group, version, namespace, plural }),
  );
  // It stops for good at an error, and start() resolves all the same.
  informer.on('error', (error: unknown) => {
    process.stderr.write(`the informer ended: ${error}\n`);
    process.exit(1);
  });
  await informer.start();
  return () => informer.list().length;
}
