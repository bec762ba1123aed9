import { afterEach, expect, it } from 'vitest';
import { sleep } from '../clock.ts';
import { FencedError } from '../fence.ts';
import { leaseType } from '../lease-object.ts';
import { groupRef, ShardGroup } from '../testing/shard-group.ts';
import { Layout } from './layout.ts';
import { ownerOf } from './rendezvous.ts';

const shards = 16;
const layout = new Layout({ ...groupRef, shards });
let group: ShardGroup;

async function setUp(count: number): Promise<void> {
  group = await ShardGroup.divided(shards, count);
}

afterEach(() => group.stop());

/** Work on a key of the first replica that is about to move, which ends when the test says so. */
async function movingWork() {
  await setUp(1);
  const [first] = group.replicas;
  if (!first) throw new Error('no replica');
  const moving = group.keys.find(
    (key) => ownerOf(first.sharding.shardOf(key), ['replica_0', 'replica_1']) === 'replica_1',
  );
  const key = moving ?? '';
  const { promise, resolve } = Promise.withResolvers<void>();
  let signal: AbortSignal | undefined;
  const working = first.sharding.run(key, (given) => {
    signal = given;
    return promise;
  });
  return { first, key, working, finish: resolve, isAborted: () => signal?.aborted };
}

it('waits for the work on the shard, which it aborts; other shards move meanwhile', async () => {
  const { first, key, finish, working, isAborted } = await movingWork();
  group.add();
  await group.run(60_000);
  expect([isAborted(), first.sharding.owns(key), first.sharding.holds(key)]).toEqual([true, false, true]);
  expect(() => first.sharding.fence(key).check()).not.toThrow();
  expect(group.ownersOf(key)).toEqual([]);
  expect(group.replicas[1]?.sharding.owned.length).toBeGreaterThan(3);
  finish();
  await working;
  await group.run(1_000);
  expect(group.ownersOf(key)).toEqual(['replica_1']);
  expect(first.sharding.holds(key)).toBe(false);
});

it('is not taken by force from a member that the newcomer cannot hear', async () => {
  const { first, key, finish, working } = await movingWork();
  const second = group.add();
  await group.run(5_000);
  second.isDeaf = true;
  await group.run(60_000);
  expect([group.ownersOf(key), first.sharding.mayAct(key)]).toEqual([[], true]);
  second.isDeaf = false;
  finish();
  await working;
});

it('acts no more from before the write that gives the shard up, however late its answer comes', async () => {
  await setUp(1);
  const [first] = group.replicas;
  if (!first) throw new Error('no replica');
  group.cluster.intercept = async ({ verb, key }, when) => {
    if (verb !== 'apply' || !key.includes('-shard-') || when === 'before' || first.isDeaf) return;
    first.isDeaf = true; // by what it sees of the Lease it cannot know either
    await sleep(group.world, 4_000);
  };
  const second = group.add();
  await group.run(3_000);
  expect(second.sharding.owned.length).toBeGreaterThan(0);
  await group.run(3_000);
  first.isDeaf = false;
});

it('keeps the shard, and writes nothing, when the newcomer has gone before the work has ended', async () => {
  const { first, key, finish, working } = await movingWork();
  const second = group.add();
  await group.run(5_000);
  await group.leave(second);
  await group.run(1_000);
  const shard = () => group.lease(layout.shardRef(first.sharding.shardOf(key)))?.metadata.resourceVersion;
  const before = shard();
  finish();
  await working;
  await group.run(1_000);
  expect([group.ownersOf(key), shard()]).toEqual([['replica_0'], before]);
});

it('work that outlives its shard is refused also when the shard is back, and the next move waits for it', async () => {
  const { first, key, finish, working } = await movingWork();
  const fence = first.sharding.fence(key);
  group.cluster.edit(leaseType, layout.shardRef(first.sharding.shardOf(key)), (lease) => {
    lease.spec.holderIdentity = 'admin';
  });
  await group.run(20_000);
  expect(first.sharding.owns(key)).toBe(true);
  expect(() => fence.check()).toThrow(FencedError);
  expect(() => first.sharding.fence(key).check()).not.toThrow();
  group.add();
  await group.run(10_000);
  expect(group.ownersOf(key)).toEqual([]);
  finish();
  await working;
  await group.run(1_000);
  expect(group.ownersOf(key)).toEqual(['replica_1']);
});

it('lets work begin only once the caches have all that was written before, by one proof for all that came', async () => {
  await setUp(1);
  const proofs: PromiseWithResolvers<void>[] = [];
  const second = group.add({
    proveFresh: () => {
      proofs.push(Promise.withResolvers<void>());
      return proofs.at(-1)?.promise ?? Promise.resolve();
    },
  });
  const claims = () => group.keys.filter((key) => second.sharding.holds(key)).length;
  await group.run(5_000);
  expect([second.sharding.owned, proofs.length]).toEqual([[], 1]);
  expect(claims()).toBeGreaterThan(3);
  const before = group.cluster.writes.length;
  proofs[0]?.resolve();
  await group.run(250);
  proofs[1]?.resolve();
  await group.run(250);
  expect(second.sharding.owned).toHaveLength(claims());
  expect(proofs.length).toBeLessThanOrEqual(2);
  expect(group.cluster.writes.length - before).toBeLessThanOrEqual(1); // a renewal
});

it('a proof that fails is tried again, and the shards rest until then', async () => {
  await setUp(1);
  let isFresh = false;
  const second = group.add({
    proveFresh: async () => {
      if (!isFresh) throw new Error('not proven fresh');
    },
  });
  await group.run(10_000);
  expect(second.sharding.owned).toEqual([]);
  isFresh = true;
  await group.run(7_000);
  expect(group.division).toEqual(group.wanted);
});

it('a shard that is lost while its proof is under way is not opened by it', async () => {
  await setUp(1);
  const proof = Promise.withResolvers<void>();
  const second = group.add({ proveFresh: () => proof.promise });
  await group.run(5_000);
  const key = group.keys.find((candidate) => second.sharding.holds(candidate)) ?? '';
  second.clock.suspend();
  await group.run(30_000);
  second.clock.resume();
  proof.resolve();
  await group.run(250);
  expect([second.sharding.holds(key), group.ownersOf(key)]).toEqual([false, ['replica_0']]);
});

it('a shard that is won while the replica stops is not opened any more', async () => {
  await setUp(1);
  const [first] = group.replicas;
  if (!first) throw new Error('no replica');
  await group.leave(group.add());
  const opened: number[] = [];
  first.sharding.onChange(({ shard, owned }) => {
    if (owned) opened.push(shard);
  });
  const stopping = Promise.withResolvers<void>();
  group.cluster.intercept = ({ verb, key }, when) => {
    if (verb !== 'apply' || !key.includes('-shard-') || when === 'before') return;
    first.isOver = true;
    void first.sharding.stop().then(stopping.resolve);
  };
  group.cluster.edit(leaseType, layout.shardRef(3), (lease) => {
    lease.spec.holderIdentity = '';
  });
  await group.run(10_000);
  await stopping.promise;
  expect(opened).toEqual([]);
});

it('stopped with work that heeds no abort, it does not leave: its membership runs out', async () => {
  const { first, key, finish, working } = await movingWork();
  group.add();
  await group.run(5_000);
  first.isOver = true;
  const stopped = first.sharding.stop(2_000);
  await group.run(8_000);
  await stopped;
  expect(group.ownersOf(key)).toEqual([]);
  expect(group.lease(layout.memberRef(first.identity))?.spec.holderIdentity).toBe('replica_0');
  await group.run(20_000);
  expect(group.ownersOf(key)).toEqual(['replica_1']);
  finish();
  await working;
});

it('a key that is not held is refused, with what it belongs to', async () => {
  await setUp(2);
  const [first, second] = group.replicas;
  const key = group.keys.find((candidate) => second?.sharding.owns(candidate)) ?? '';
  expect(() => first?.sharding.fence(key).check()).toThrow(`of "${key}" is not held`);
  await expect(first?.sharding.run(key, async () => {})).rejects.toThrow('not open for work');
});

it('tells of each shard that comes and goes', async () => {
  await setUp(1);
  const [first] = group.replicas;
  const gone: number[] = [];
  first?.sharding.onChange(({ shard, owned }) => {
    if (!owned) gone.push(shard);
  });
  const second = group.add();
  await group.run(5_000);
  expect(gone.toSorted()).toEqual(second.sharding.owned.toSorted());
});
