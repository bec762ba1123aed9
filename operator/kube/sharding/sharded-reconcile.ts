import { abortWith } from '../abort.ts';
import type { Controller } from '../controller.ts';
import { fencedCluster } from '../fence.ts';
import type { KubeObject, ObjectKey } from '../object.ts';
import { observedCluster } from '../observed-cluster.ts';
import type { Reconcile, ReconcileContext } from '../reconcile-run.ts';
import { done, type Result } from '../result.ts';
import type { Sharding } from './sharding.ts';

export interface ShardedOptions {
  sharding: Pick<Sharding, 'owns' | 'holds' | 'run' | 'fence' | 'shardOf' | 'onChange'>;
  /** What a root object is divided by: keys of objects that must not be parted give the same. */
  shardKeyOf: (key: ObjectKey) => string;
}

/** A key whose shard is here and may not be worked on right now: that may be over in a moment, or the shard goes. */
const heldUp: Result = { kind: 'again', afterMs: 1_000 };

/**
 * A reconciler that leaves keys alone which another replica owns. Those that it works on are aborted when their shard
 * goes, and every write of theirs asks whether the shard is still held.
 */
export function shardedReconcile(options: ShardedOptions, reconcile: Reconcile): Reconcile {
  const { sharding, shardKeyOf } = options;
  return async (key, context) => {
    const shardKey = shardKeyOf(key);
    // Not held: it is enqueued when the shard comes.
    if (!sharding.owns(shardKey)) return sharding.holds(shardKey) ? heldUp : done;
    return sharding.run(shardKey, async (moved) => {
      const end = new AbortController();
      const release = abortWith(end, context.signal, moved);
      try {
        return await reconcile(key, contextOf(options, shardKey, context, end.signal));
      } catch (error) {
        if (!moved.aborted || context.signal.aborted) throw error;
        context.log.debug({ err: error }, 'left to the replica that gets the shard');
        return heldUp;
      } finally {
        release();
      }
    });
  };
}

function contextOf(
  { sharding }: ShardedOptions,
  shardKey: string,
  context: ReconcileContext,
  signal: AbortSignal,
): ReconcileContext {
  const fenced = fencedCluster(context.cluster, sharding.fence(shardKey));
  return {
    signal,
    cluster: observedCluster(fenced, { signal, onWrite: () => {} }),
    get log() {
      return context.log; // made when it is first asked for, which most never do
    },
    reconcileId: context.reconcileId,
    wrote: context.wrote,
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
