import { type Clock, sleep } from '../../../../operator/kube/clock.ts';
import type { Cluster } from '../../../../operator/kube/cluster.ts';
import type { KubeObject, ResourceType } from '../../../../operator/kube/object.ts';

const lookEveryMs = 500;

/** Returns once no object of the kind has changed for so long. @throws what ends the watch, or the signal's reason */
export async function atRest<T extends KubeObject>(
  { cluster, clock }: { cluster: Cluster; clock: Clock },
  type: ResourceType<T>,
  quietMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { resourceVersion } = await cluster.list(type, { limit: 1 });
  const stop = new AbortController();
  let changedAtMs = clock.now();
  const watch = async () => {
    const options = { timeoutSeconds: 3_600, signal: AbortSignal.any([stop.signal, signal]) };
    for await (const event of cluster.watch(type, resourceVersion, options))
      if (event.type !== 'BOOKMARK') changedAtMs = clock.now();
    throw new Error('the watch ended before all was at rest');
  };
  const watching = watch();
  watching.catch(() => {}); // told below, or stopped there
  while (clock.now() - changedAtMs < quietMs) {
    await Promise.race([sleep(clock, lookEveryMs, signal), watching]);
    signal.throwIfAborted();
  }
  stop.abort();
}
