import { expect, it } from 'vitest';
import { widget, widgetType } from '../contract-objects.ts';
import type { ReconcileContext } from '../reconcile-run.ts';
import { done, type Result } from '../result.ts';
import { setUp } from '../testing/controller-world.ts';
import { ShardGroup } from '../testing/shard-group.ts';
import { ownerOf } from './rendezvous.ts';
import { enqueueGained, shardedReconcile } from './sharded-reconcile.ts';

const shards = 4;
type Inner = (name: string, context: ReconcileContext) => Promise<Result>;

async function ownerOfAll() {
  const group = new ShardGroup({ shards, random: () => 0.5 });
  const { sharding } = group.add();
  await group.run(5_000);
  return { group, sharding };
}

/** A controller on a replica that at first owns everything, with a Widget in each shard, named after its key. */
async function replicaWith(inner: Inner) {
  const { group, sharding } = await ownerOfAll();
  const options = { sharding, shardKeyOf: (key: string) => key.slice('ns/'.length) };
  const seen: string[] = [];
  const reconcile = shardedReconcile(options, (key, context) => {
    seen.push(options.shardKeyOf(key));
    return inner(options.shardKeyOf(key), context);
  });
  const world = await setUp(reconcile);
  enqueueGained(options, world.controller, () =>
    world.store.list().map(({ metadata }) => `ns/${metadata.name}`),
  );
  for (const key of group.keys) world.put(key);
  world.controller.start();
  await world.clock.advance(10);
  /** Lets the world of the replicas and that of the controller go on. */
  const run = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) {
      await group.run(250);
      await world.clock.advance(250);
    }
  };
  const isMoving = (key: string) =>
    ownerOf(sharding.shardOf(key), ['replica_0', 'replica_1']) === 'replica_1';
  const moving = group.keys.filter(isMoving);
  return { ...world, group, seen, run, moving };
}

it('reconciles what it owns, and leaves alone what it does not', async () => {
  const { seen, group, run, put, moving } = await replicaWith(async () => done);
  expect(seen.toSorted()).toEqual(group.keys.toSorted());
  expect(moving.length).toBeGreaterThan(0);
  expect(moving.length).toBeLessThan(shards);
  group.add();
  await run(5_000);
  seen.splice(0);
  for (const key of group.keys) put(key, 2);
  await run(1_000);
  expect(seen.toSorted()).toEqual(group.keys.filter((key) => !moving.includes(key)).toSorted());
  await group.stop();
});

it('looks at all keys of a shard that comes', async () => {
  const { seen, group, run, moving } = await replicaWith(async () => done);
  const other = group.add();
  await run(5_000);
  seen.splice(0);
  await group.leave(other);
  await run(1_000);
  expect(seen.toSorted()).toEqual(moving.toSorted());
  await group.stop();
});

it('aborts the work under way on a shard that goes; the shard goes when it has ended', async () => {
  const ended: string[] = [];
  const { group, run, moving } = await replicaWith(async (name, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    ended.push(name);
    return done;
  });
  expect(ended).toEqual([]);
  const other = group.add();
  await run(5_000);
  expect(ended.toSorted()).toEqual(moving.toSorted());
  expect(other.sharding.owned).toHaveLength(moving.length);
  await group.stop();
});

it('work that fails as its shard goes is no failure of the reconciler, and is left to the next owner', async () => {
  const { group, run, moving, sum, total, lines } = await replicaWith(async (_name, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    signal.throwIfAborted();
    return done;
  });
  const other = group.add();
  await run(5_000);
  expect(other.sharding.owned).toHaveLength(moving.length);
  expect([await sum('reconcilePanics'), await sum('reconcileErrors'), await total('error')]).toEqual([
    0, 0, 0,
  ]);
  expect(lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  await group.stop();
});

it('work that fails while its shard stays is a failure as any other', async () => {
  const { group, sum } = await replicaWith(async () => {
    throw new Error('broken');
  });
  expect(await sum('reconcilePanics')).toBeGreaterThanOrEqual(shards);
  await group.stop();
});

it('makes no log that is not asked for', async () => {
  let logs = 0;
  const { group, sharding } = await ownerOfAll();
  const reconcile = shardedReconcile({ sharding, shardKeyOf: (key) => key }, async () => done);
  const context = { signal: new AbortController().signal } as ReconcileContext;
  Object.defineProperty(context, 'log', { enumerable: true, get: () => (logs += 1) });
  expect(await reconcile(group.keys[0] ?? '', context)).toEqual(done);
  expect(logs).toBe(0);
  await group.stop();
});

it('refuses the writes of work that outlives its shard', async () => {
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  const refusals: string[] = [];
  const { group, cluster, clock } = await replicaWith(async (name, context) => {
    await lost;
    const late = context.cluster.create(widgetType, widget('ns', `${name}-late`));
    refusals.push(
      await late.then(
        () => 'written',
        (error: Error) => error.name,
      ),
    );
    return done;
  });
  const [replica] = group.replicas;
  replica?.clock.suspend();
  await group.world.advance(10_000);
  lose();
  await clock.advance(10);
  expect(refusals).toEqual(Array(shards).fill('FencedError'));
  expect(cluster.writes).toEqual([]);
  await group.stop();
});

it('comes back to a key whose shard is held while the membership is not fresh', async () => {
  const { seen, group, run, put, clock } = await replicaWith(async () => done);
  seen.splice(0);
  const [replica] = group.replicas;
  const [key = ''] = group.keys;
  const now = group.world.now.bind(group.world);
  // As after a moment's suspension with a renewal under way: past the deadline, and fresh again with its answer.
  group.world.now = () => now() + 10_000;
  expect(replica?.sharding.owns(key)).toBe(false);
  put(key, 2);
  await clock.advance(100);
  expect(seen).toEqual([]);
  group.world.now = now;
  await run(2_000);
  expect(seen).toEqual([key]);
  await group.stop();
});
