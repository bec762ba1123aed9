import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ownerOf, shardOf } from './rendezvous.ts';

const shards = Array.from({ length: 64 }, (_, shard) => shard);
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 });
const split = (members: readonly string[]) => shards.map((shard) => ownerOf(shard, members));

it('nobody owns a shard of an empty group', () => {
  expect(ownerOf(3, [])).toBeUndefined();
});

it('all replicas compute the same, in whatever order they know each other', () => {
  fc.assert(
    fc.property(names, fc.nat(), (members, shift) => {
      const turned = [...members.slice(shift % members.length), ...members.slice(0, shift % members.length)];
      expect(split(turned.toReversed())).toEqual(split(members));
    }),
  );
});

it('one that joins takes shards from the others, and nothing moves between those', () => {
  fc.assert(
    fc.property(names, (members) => {
      const [joining, ...before] = members;
      const [old, now] = [split(before), split(members)];
      for (const shard of shards) if (now[shard] !== old[shard]) expect(now[shard]).toBe(joining);
    }),
  );
});

it('a join moves about 1/N of the shards, and each member has about 1/N of them', () => {
  const many = Array.from({ length: 1024 }, (_, shard) => shard);
  const members = ['a', 'b', 'c', 'd', 'e'];
  const owners = (of: string[]) => many.map((shard) => ownerOf(shard, of));
  const [four, five] = [owners(members.slice(0, 4)), owners(members)];
  const moved = many.filter((shard) => four[shard] !== five[shard]).length / many.length;
  expect(moved).toBeGreaterThan(0.15);
  expect(moved).toBeLessThan(0.25);
  for (const member of members) {
    const share = five.filter((owner) => owner === member).length / many.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.25);
  }
});

it('keys spread over all shards, and for ever over the same', () => {
  const used = new Set(Array.from({ length: 1000 }, (_, index) => shardOf(`host-${index}`, 64)));
  expect(used.size).toBe(64);
  // Changing these would let two versions of the program act on one key during an upgrade.
  expect(['rack1-a', 'rack1-b', ''].map((key) => shardOf(key, 64))).toEqual([49, 3, 20]);
  expect([0, 1, 2, 3].map((shard) => ownerOf(shard, ['a', 'b', 'c']))).toEqual(['a', 'c', 'b', 'a']);
});
