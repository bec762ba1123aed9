import type { Cluster } from '../../../../../operator/kube/cluster.ts';
import { keyOf } from '../../../../../operator/kube/object.ts';
import { pods } from './objects.ts';

export interface Binding {
  /** NAMESPACE/NAME. */
  id: string;
  node: string;
  /** When the watch brought it; milliseconds of the clock that was given. */
  atMs: number;
}

export interface BindingsOptions {
  count: number;
  deadline: AbortSignal;
  signal: AbortSignal;
  /** Milliseconds. */
  now: () => number;
  /** Called right after the first was seen. */
  onFirst?: () => void;
}

/**
 * Watches all pods from `resourceVersion` on until `count` of them are bound, each counted once and in the order of
 * their bindings.
 * @throws Error when `deadline` comes first
 */
export async function watchBindings(
  cluster: Cluster,
  resourceVersion: string,
  options: BindingsOptions,
): Promise<Binding[]> {
  const { count, deadline, now, onFirst = () => {} } = options;
  const signal = AbortSignal.any([options.signal, deadline]);
  const bindings = new Map<string, Binding>();
  try {
    for await (const event of cluster.watch(pods, resourceVersion, { timeoutSeconds: 3_600, signal })) {
      if (event.type === 'BOOKMARK' || event.type === 'DELETED') continue;
      const { nodeName } = event.object.spec;
      const id = keyOf(event.object);
      if (!nodeName || bindings.has(id)) continue;
      bindings.set(id, { id, node: nodeName, atMs: now() });
      if (bindings.size === 1) onFirst();
      if (bindings.size === count) break;
    }
  } catch (error) {
    if (!deadline.aborted) throw error;
  }
  if (bindings.size === count) return [...bindings.values()];
  throw new Error(`kube-scheduler has bound ${bindings.size} of ${count} pods when its time was up`);
}

/** From the first binding to the last, as the first one waits for caches to fill. @throws RangeError for fewer than two */
export function bindingsPerSecond(bindings: readonly Binding[]): number {
  const [first, last] = [bindings[0], bindings.at(-1)];
  if (!first || !last || first === last) throw new RangeError('a rate is told by two bindings at least');
  return (bindings.length - 1) / ((last.atMs - first.atMs) / 1e3);
}
