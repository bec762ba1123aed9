import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seeded } from '../testing/seeded.ts';
import { type GroupReplica, ShardGroup } from '../testing/shard-group.ts';
import { type Storm, storms } from '../testing/storm.ts';
import { ownerOf } from './rendezvous.ts';

const shards = 6;

/** A group in a storm. What a replica holds it works on all the time; such work takes a while to heed its abort. */
class StormyGroup {
  readonly group: ShardGroup;
  readonly #random: () => number;
  #isDown = false;
  #isCalm = false;
  moves = 0;

  constructor(storm: Storm) {
    this.#random = seeded(storm.seed);
    const network = {
      latencyMs: () => this.#random() * (this.#isCalm ? 20 : storm.latencyMs),
      loses: () => !this.#isCalm && (this.#isDown || this.#random() < storm.lossRate),
    };
    this.group = new ShardGroup({ shards, random: this.#random, network });
    for (const rate of storm.rates) this.#add(rate);
    this.group.cluster.intercept = () => this.group.check();
  }

  #add(rate = 1): void {
    const replica = this.group.add({
      rate,
      onLost: () => {
        replica.isOver = true;
        this.#add(rate);
      },
    });
    replica.sharding.onChange(({ shard, owned }) => {
      if (owned) this.#work(replica, this.group.keys[shard] ?? '');
    });
  }

  #work({ sharding, clock }: GroupReplica, key: string): void {
    this.moves += 1;
    const untilAborted = (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const windUp = () => clock.setTimeout(resolve, this.#random() * 3_000);
        signal.addEventListener('abort', windUp, { once: true });
      });
    // In its own turn, as a worker would: the shard may be gone again by then.
    queueMicrotask(() => {
      if (sharding.owns(key)) void sharding.run(key, untilAborted);
    });
  }

  async step({ what, who, afterMs }: Storm['steps'][number]): Promise<void> {
    const { alive } = this.group;
    const replica = alive[who % alive.length];
    if (!replica) throw new Error('none is left');
    const { clock } = replica;
    if (what === 'suspend') clock.suspend();
    if (what === 'resume') clock.resume();
    if (what === 'resumeReversed') clock.resume('reversed');
    if (what === 'down') this.#isDown = !this.#isDown;
    if (what === 'cut') this.group.cluster.watches.expire();
    if (what === 'deaf') replica.isDeaf = !replica.isDeaf;
    if (what === 'leave' && !clock.isSuspended) {
      replica.isOver = true;
      void replica.sharding.stop();
      this.#add();
    }
    if (what === 'crash') {
      this.group.crash(replica);
      this.#add();
    }
    await this.group.run(afterMs);
  }

  calm(): void {
    this.#isCalm = true;
    for (const replica of this.group.alive) {
      replica.clock.resume();
      replica.isDeaf = false;
    }
  }
}

it('never two that may act on a key, whatever happens; and one on each when all is calm, without further writes', async () => {
  let moves = 0;
  await fc.assert(
    fc.asyncProperty(storms, async (storm) => {
      const stormy = new StormyGroup(storm);
      const { group } = stormy;
      for (const step of storm.steps) await stormy.step(step);
      stormy.calm();
      await group.run(60_000);
      const members = group.alive.map(({ identity }) => identity);
      const owners = group.keys.map((key) => group.ownersOf(key));
      expect(owners).toEqual(group.keys.map((_key, shard) => [ownerOf(shard, members)]));
      const writes = group.shardWrites;
      await group.run(30_000);
      expect(group.shardWrites).toBe(writes);
      moves += stormy.moves;
      group.cluster.intercept = () => {};
      await group.stop();
    }),
    { numRuns: 40 },
  );
  expect(moves).toBeGreaterThan(320); // the storms do move shards about
}, 240_000);
