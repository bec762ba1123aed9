import type { Cluster } from './cluster.ts';
import type { KubeObject, ResourceType } from './object.ts';

/**
 * A `Cluster` that tells of each write's result and gives `signal` to calls that bring none. A reconciler that uses it
 * cannot forget to say what it wrote.
 */
export function observedCluster(
  cluster: Cluster,
  options: { onWrite: (type: ResourceType, object: KubeObject) => void; signal: AbortSignal },
): Cluster {
  const { onWrite, signal } = options;
  const written = async <T extends KubeObject>(type: ResourceType<T>, write: Promise<T>): Promise<T> => {
    const object = await write;
    onWrite(type, object);
    return object;
  };
  return {
    get: (type, ref, more) => cluster.get(type, ref, { signal, ...more }),
    list: (type, more) => cluster.list(type, { signal, ...more }),
    watch: (type, version, more) => cluster.watch(type, version, { signal, ...more }),
    create: (type, object, more) => written(type, cluster.create(type, object, { signal, ...more })),
    apply: (type, object, more) => written(type, cluster.apply(type, object, { signal, ...more })),
    patchStatus: (type, object, status, more) =>
      written(type, cluster.patchStatus(type, object, status, { signal, ...more })),
    setFinalizers: (type, object, finalizers, more) =>
      written(type, cluster.setFinalizers(type, object, finalizers, { signal, ...more })),
    delete: (type, ref, more) => cluster.delete(type, ref, { signal, ...more }),
  };
}
