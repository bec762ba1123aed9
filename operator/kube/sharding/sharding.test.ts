import { afterEach, describe, expect, it } from 'vitest';
import { TransportError } from '../errors.ts';
import { FencedError } from '../fence.ts';
import { leaseType } from '../lease-object.ts';
import { groupRef, ShardGroup } from '../testing/shard-group.ts';
import { Layout } from './layout.ts';

const shards = 16;
const layout = new Layout({ ...groupRef, shards });
let group: ShardGroup;

async function setUp(count: number): Promise<void> {
  group = await ShardGroup.divided(shards, count);
}

afterEach(() => group.stop());

describe('dividing', () => {
  it('a replica that is alone owns all', async () => {
    await setUp(1);
    expect(new Set(group.division)).toEqual(new Set(['replica_0']));
    expect(group.replicas[0]?.sharding.owned).toHaveLength(shards);
  });

  it('each key is owned by one, and by whom it belongs to', async () => {
    await setUp(3);
    expect(group.division).toEqual(group.wanted);
    expect(new Set(group.division).size).toBe(3);
  });

  it('one that joins gets its part, and nothing else moves', async () => {
    await setUp(3);
    const [before, writes] = [group.division, group.shardWrites];
    const joined = group.add();
    await group.run(5_000);
    expect(group.division).toEqual(group.wanted);
    const moved = group.division.filter((owner, index) => owner !== before[index]);
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
    expect(group.division).toEqual(group.wanted);
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
    const before = group.division;
    group.crash(crashed);
    // Its last renewal was after 9 s of the 10 s that have passed.
    await group.run(8_000);
    expect(group.division).toEqual(before);
    await group.run(5_500);
    const others = before.map((owner) => (owner === crashed.identity ? '' : owner));
    expect(group.division).toEqual(others);
    // The survivors spread over 3 s, so that not all try to evict it at once; these draw the middle.
    await group.run(1_500);
    expect(group.division).toEqual(others);
    await group.run(2_000);
    expect(group.division).toEqual(group.wanted);
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
    expect(group.division).toEqual(group.wanted);
  });

  it('whose membership somebody deleted: is followed only after the whole duration', async () => {
    await setUp(2);
    const [deleted] = group.replicas;
    if (!deleted) throw new Error('no replica');
    const before = group.division;
    // It cannot see that, so it acts on until its deadline.
    deleted.clock.suspend();
    group.cluster.remove(leaseType, layout.memberRef(deleted.identity));
    await group.run(14_000);
    expect(new Set(group.division.filter((_, index) => before[index] === 'replica_0'))).toEqual(
      new Set(['']),
    );
    await group.run(3_000);
    expect(new Set(group.division)).toEqual(new Set(['replica_1']));
    group.crash(deleted);
  });

  it('whose Lease somebody took out of the group goes on in it: its next renewal puts it back', async () => {
    await setUp(2);
    const [hidden] = group.replicas;
    if (!hidden) throw new Error('no replica');
    const before = group.division;
    hidden.isDeaf = true; // or it would give its shards up itself
    group.cluster.edit(leaseType, layout.memberRef(hidden.identity), ({ metadata }) => {
      delete metadata.labels;
    });
    await group.run(30_000);
    expect(group.division).toEqual(before);
    hidden.isDeaf = false;
    await group.run(5_000);
    expect([group.division, group.alive.length]).toEqual([before, 2]);
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

describe('an API server that fails', () => {
  const lost = () => new TransportError({ verb: 'apply', kind: 'Lease' }, 'it', new Error('reset'));

  it('a claim of which the answer was lost is made sure of, and held', async () => {
    group = ShardGroup.onGoodNetwork(shards);
    for (const shard of [0, 1, 2]) {
      const { namespace, name } = layout.shardRef(shard);
      const fault = { kind: 'Lease', key: `${namespace}/${name}`, error: lost(), when: 'after' } as const;
      group.cluster.failNext({ ...fault, verb: 'create' });
    }
    group.add();
    await group.run(15_000);
    expect(new Set(group.division)).toEqual(new Set(['replica_0']));
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
    expect(group.division).toEqual(group.wanted);
    expect(group.shardWrites).toBeGreaterThan(before);
  });

  it('a watch that hangs is noticed, and the replica does not evict those that it cannot hear', async () => {
    await setUp(2);
    group.cluster.watches.freeze(leaseType);
    const watches = () => group.cluster.calls.filter(({ verb }) => verb === 'watch').length;
    const before = watches();
    await group.run(20_000);
    expect(watches()).toBeGreaterThanOrEqual(before + 2);
    await group.run(40_000);
    expect(group.alive).toHaveLength(2);
    expect(group.division).toEqual(group.wanted);
  });

  it('a replica that can hear nothing takes nothing from those that it cannot hear, and goes on with its own', async () => {
    await setUp(3);
    const [before, [deaf]] = [group.division, group.replicas];
    if (!deaf) throw new Error('no replica');
    deaf.isDeaf = true;
    await group.run(60_000);
    expect(group.alive).toHaveLength(3);
    expect(group.division).toEqual(before);
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
