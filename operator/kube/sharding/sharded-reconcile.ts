import type { Controller } from '../controller.ts';
import { fencedCluster } from '../fence.ts';
import type { KubeObject, ObjectKey } from '../object.ts';
import { observedCluster } from '../observed-cluster.ts';
import type { Reconcile } from '../reconcile-run.ts';
import { done } from '../result.ts';
import type { Sharding } from './sharding.ts';

export interface ShardedOptions {
  sharding: Pick<Sharding, 'owns' | 'holds' | 'run' | 'fence' | 'shardOf' | 'onChange'>;
  /** What a root object is divided by: keys of objects that must not be parted give the same. */
  shardKeyOf: (key: ObjectKey) => string;
}

/** How long a key waits whose shard is here and may not be worked on right now, in milliseconds. */
const heldUpMs = 1_000;

/**
 * A reconciler that leaves keys alone which another replica owns. Those that it works on are aborted when their shard
 * goes, and every write of theirs asks whether the shard is still held.
 */
export function shardedReconcile({ sharding, shardKeyOf }: ShardedOptions, reconcile: Reconcile): Reconcile {
  return async (key, context) => {
    const shardKey = shardKeyOf(key);
    if (!sharding.owns(shardKey)) {
      // Not held: it is enqueued when the shard comes. Held: that may be over in a moment, or the shard goes.
      return sharding.holds(shardKey) ? { kind: 'again', afterMs: heldUpMs } : done;
    }
    return sharding.run(shardKey, (moved) => {
      const signal = AbortSignal.any([context.signal, moved]);
      const fenced = fencedCluster(context.cluster, sharding.fence(shardKey));
      return reconcile(key, {
        ...context,
        signal,
        cluster: observedCluster(fenced, { signal, onWrite: () => {} }),
      });
    });
  };
}

/** Enqueues all keys of each shard that comes, which nobody here has looked at until then; returns what ends that. */
export function enqueueGained(
  { sharding, shardKeyOf }: ShardedOptions,
  controller: Pick<Controller<KubeObject>, 'enqueue'>,
  keys: () => Iterable<ObjectKey>,
): () => void {
  return sharding.onChange(({ shard, owned }) => {
    if (!owned) return;
    for (const key of keys()) {
      if (sharding.shardOf(shardKeyOf(key)) === shard) controller.enqueue(key, { fromList: true });
    }
  });
}
