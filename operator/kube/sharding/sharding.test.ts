import { afterEach, describe, expect, it } from 'vitest';
import { sleep } from '../clock.ts';
import { TransportError } from '../errors.ts';
import { FencedError } from '../fence.ts';
import { leaseType } from '../lease-object.ts';
import { groupRef, ShardGroup } from '../testing/shard-group.ts';
import { Layout } from './layout.ts';
import { ownerOf } from './rendezvous.ts';

const shards = 16;
const layout = new Layout({ ...groupRef, shards });
const network = { latencyMs: () => 1, loses: () => false };
let group: ShardGroup;

/** A group of as many replicas, which have divided the shards. */
async function setUp(count: number): Promise<ShardGroup> {
  group = new ShardGroup({ shards, random: () => 0.5, network });
  for (let index = 0; index < count; index++) group.add();
  await group.run(10_000);
  return group;
}

afterEach(() => group.stop());

/** How the keys are divided, as a text to compare. */
const division = () => group.keys.map((key) => group.ownersOf(key).join('+'));
const wanted = () => {
  const members = group.alive.map(({ identity }) => identity);
  return group.keys.map((_key, shard) => ownerOf(shard, members));
};

describe('dividing', () => {
  it('a replica that is alone owns all', async () => {
    await setUp(1);
    expect(new Set(division())).toEqual(new Set(['replica_0']));
    expect(group.replicas[0]?.sharding.owned).toHaveLength(shards);
  });

  it('each key is owned by one, and by whom it belongs to', async () => {
    await setUp(3);
    expect(division()).toEqual(wanted());
    expect(new Set(division()).size).toBe(3);
  });

  it('one that joins gets its part, and nothing else moves', async () => {
    await setUp(3);
    const [before, writes] = [division(), group.shardWrites];
    const joined = group.add();
    await group.run(5_000);
    expect(division()).toEqual(wanted());
    const moved = division().filter((owner, index) => owner !== before[index]);
    expect(new Set(moved)).toEqual(new Set([joined.identity]));
    // Each is given up and taken: two writes.
    expect(group.shardWrites - writes).toBe(2 * joined.sharding.owned.length);
  });

  it('one that leaves is followed at once, with one write for each of its shards', async () => {
    await setUp(3);
    const [leaving] = group.replicas;
    if (!leaving) throw new Error('no replica');
    const [writes, had] = [group.shardWrites, leaving.sharding.owned.length];
    await group.leave(leaving);
    await group.run(1_000);
    expect(division()).toEqual(wanted());
    expect(group.shardWrites - writes).toBe(had);
  });

  it('writes one Lease per replica every 3 s, and nothing else, when nobody comes or goes', async () => {
    await setUp(3);
    const before = group.cluster.writes.length;
    await group.run(60_000);
    expect(group.cluster.writes.length - before).toBe(3 * 20);
  });
});

describe('a replica that fails', () => {
  it('crashed: its part rests until it is evicted, 15 s after its last renewal, and then goes to the others', async () => {
    await setUp(3);
    const [crashed] = group.replicas;
    if (!crashed) throw new Error('no replica');
    const before = division();
    group.crash(crashed);
    // Its last renewal was after 9 s of the 10 s that have passed.
    await group.run(8_000);
    expect(division()).toEqual(before);
    await group.run(5_500);
    const others = before.map((owner) => (owner === crashed.identity ? '' : owner));
    expect(division()).toEqual(others);
    await group.run(3_500);
    expect(division()).toEqual(wanted());
    expect(group.lease(layout.memberRef(crashed.identity))?.spec.holderIdentity).toBe('');
  });

  it('suspended: acts no more from its deadline on, and is over when it goes on', async () => {
    await setUp(2);
    const [suspended] = group.replicas;
    if (!suspended) throw new Error('no replica');
    const key = group.keys.find((candidate) => suspended.sharding.owns(candidate)) ?? '';
    suspended.clock.suspend();
    await group.run(10_000);
    expect(suspended.sharding.owns(key)).toBe(false);
    expect(() => suspended.sharding.fence(key).check()).toThrow(FencedError);
    await group.run(15_000);
    expect(group.ownersOf(key)).toEqual(['replica_1']);
    suspended.clock.resume();
    await group.run(1_000);
    expect(suspended.lost?.message).toMatch('was not renewed for 10000 ms');
    expect(suspended.sharding.holds(key)).toBe(false);
  });

  it('evicted: is told by its next renewal and never comes back', async () => {
    await setUp(2);
    const [evicted] = group.replicas;
    if (!evicted) throw new Error('no replica');
    group.cluster.edit(leaseType, layout.memberRef(evicted.identity), (lease) => {
      lease.spec.holderIdentity = '';
    });
    await group.run(20_000);
    expect(evicted.lost?.message).toBe('the Lease was taken away');
    expect(division()).toEqual(wanted());
  });

  it('whose membership somebody deleted: is followed only after the whole duration', async () => {
    await setUp(2);
    const [deleted] = group.replicas;
    if (!deleted) throw new Error('no replica');
    const before = division();
    // It cannot see that, so it acts on until its deadline.
    deleted.clock.suspend();
    group.cluster.remove(leaseType, layout.memberRef(deleted.identity));
    await group.run(14_000);
    expect(new Set(division().filter((_, index) => before[index] === 'replica_0'))).toEqual(new Set(['']));
    await group.run(3_000);
    expect(new Set(division())).toEqual(new Set(['replica_1']));
    group.crash(deleted);
  });

  it('the Leases of those that have ended are deleted in the end', async () => {
    await setUp(2);
    const [gone] = group.replicas;
    if (!gone) throw new Error('no replica');
    await group.leave(gone);
    await group.world.advance(500_000);
    expect(group.lease(layout.memberRef(gone.identity))?.spec.holderIdentity).toBe('');
    await group.world.advance(200_000);
    expect(group.lease(layout.memberRef(gone.identity))).toBeUndefined();
  });
});

describe('handing over', () => {
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
    expect(division()).toEqual(wanted());
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
});

describe('an API server that fails', () => {
  const lost = () => new TransportError({ verb: 'apply', kind: 'Lease' }, 'it', new Error('reset'));

  it('a claim of which the answer was lost is made sure of, and held', async () => {
    group = new ShardGroup({ shards, random: () => 0.5, network });
    for (const shard of [0, 1, 2]) {
      const { namespace, name } = layout.shardRef(shard);
      const fault = { kind: 'Lease', key: `${namespace}/${name}`, error: lost(), when: 'after' } as const;
      group.cluster.failNext({ ...fault, verb: 'create' });
    }
    group.add();
    await group.run(15_000);
    expect(new Set(division())).toEqual(new Set(['replica_0']));
  });

  it('a shard given up of which the answer was lost is acted on by the other alone', async () => {
    await setUp(1);
    const before = group.shardWrites;
    for (let shard = 0; shard < shards; shard++) {
      const { namespace, name } = layout.shardRef(shard);
      const fault = { kind: 'Lease', key: `${namespace}/${name}`, error: lost(), when: 'after' } as const;
      group.cluster.failNext({ ...fault, verb: 'apply' });
    }
    group.add();
    await group.run(20_000);
    expect(division()).toEqual(wanted());
    expect(group.shardWrites).toBeGreaterThan(before);
  });

  it('a watch that hangs is noticed, and the replica does not evict those that it cannot hear', async () => {
    await setUp(2);
    group.cluster.watches.freeze(leaseType);
    await group.run(60_000);
    expect(group.alive).toHaveLength(2);
    expect(division()).toEqual(wanted());
  });

  it('a replica that can hear nothing takes nothing from those that it cannot hear, and goes on with its own', async () => {
    await setUp(3);
    const [before, [deaf]] = [division(), group.replicas];
    if (!deaf) throw new Error('no replica');
    deaf.isDeaf = true;
    await group.run(60_000);
    expect(group.alive).toHaveLength(3);
    expect(division()).toEqual(before);
    deaf.isDeaf = false;
  });

  it('an admin who takes a shard away is given way to', async () => {
    await setUp(1);
    const [first] = group.replicas;
    group.cluster.edit(leaseType, layout.shardRef(3), (lease) => {
      lease.spec.holderIdentity = 'admin';
    });
    await group.run(250);
    expect(first?.sharding.owned).not.toContain(3);
    // "admin" is no member, so the shard comes back after a while.
    await group.run(16_000);
    expect(first?.sharding.owned).toContain(3);
  });
});

it('refuses names and numbers that make no Leases', () => {
  expect(() => new Layout({ namespace: 'n', name: 'Group', shards })).toThrow('must be a DNS label');
  expect(() => new Layout({ namespace: 'n', name: 'g', shards: 0 })).toThrow('from 1 to 1024');
});

it('leaves no timer behind', async () => {
  await setUp(2);
  await group.stop();
  expect(group.world.pendingTimers).toBe(0);
});
