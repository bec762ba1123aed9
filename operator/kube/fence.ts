import type { CallOptions, Cluster } from './cluster.ts';

/**
 * Whether this replica may still act, asked right before each act. A process that was suspended past its Lease's
 * duration wakes up in the middle of what it was doing, before any of its timers has fired: only a look at the clock
 * at the last moment keeps it from writing after another one took over.
 */
export interface Fence {
  /** @throws FencedError when another replica may act by now. */
  check(): void;
}

/** An act was refused, and not begun, as this replica can no longer be sure to be the one that may act. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/**
 * A `Cluster` whose writes are refused with a `FencedError` once `fence` says so. Reads are not. Fences may stand one
 * around another, as that of a shard around that of a whole replica: each of them is asked.
 */
export function fencedCluster(cluster: Cluster, fence: Fence): Cluster {
  const fenced = <O extends CallOptions>(more: O | undefined) => ({
    ...(more as O),
    permit: () => {
      more?.permit?.();
      fence.check();
    },
  });
  return {
    get: (type, ref, more) => cluster.get(type, ref, more),
    list: (type, more) => cluster.list(type, more),
    watch: (type, version, more) => cluster.watch(type, version, more),
    create: (type, object, more) => cluster.create(type, object, fenced(more)),
    apply: (type, object, more) => cluster.apply(type, object, fenced(more)),
    patchStatus: (type, object, status, more) => cluster.patchStatus(type, object, status, fenced(more)),
    setFinalizers: (type, object, finalizers, more) =>
      cluster.setFinalizers(type, object, finalizers, fenced(more)),
    delete: (type, ref, more) => cluster.delete(type, ref, fenced(more)),
  };
}
