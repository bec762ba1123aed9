import { createHash } from 'node:crypto';

/** The shard, from 0 to `count` - 1, that a key belongs to: the same on every replica and for ever. */
export function shardOf(key: string, count: number): number {
  return Number(hash(key) % BigInt(count));
}

/**
 * The member that a shard belongs to, by highest random weight (Thaler and Ravishankar, 1998): a member that comes takes
 * its share evenly from all others, one that goes leaves its share evenly to them, and nothing else moves. Undefined
 * when there are no members. Any order of members gives the same.
 */
export function ownerOf(shard: number, members: readonly string[]): string | undefined {
  let owner: { member: string; weight: bigint } | undefined;
  for (const member of members) {
    const weight = hash(`${shard}/${member}`);
    if (!owner || weight > owner.weight || (weight === owner.weight && member > owner.member))
      owner = { member, weight };
  }
  return owner?.member;
}

function hash(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE();
}
