import { pino } from 'pino';
import type { Cluster } from '../cluster.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { type Lease, leaseType } from '../lease-object.ts';
import { ownerOf, shardOf } from '../sharding/rendezvous.ts';
import { Sharding, type ShardingOptions } from '../sharding/sharding.ts';
import { type Network, remoteCluster } from './remote-cluster.ts';
import { ReplicaClock } from './replica-clock.ts';
import { VirtualClock } from './virtual-clock.ts';

export const groupRef = { namespace: 'system', name: 'group' };

export interface GroupReplica {
  identity: string;
  clock: ReplicaClock;
  /** See `Network`. */
  isDeaf: boolean;
  sharding: Sharding;
  /** Why its membership was lost. */
  lost: Error | undefined;
  /** It left, crashed or lost its membership. */
  isOver: boolean;
}

export interface GroupOptions {
  shards: number;
  random: () => number;
  /** Default: a network without delay. */
  network?: Omit<Network, 'clock' | 'isDeaf'>;
}

/** Replicas that share one group's shards on one API server in memory, in one world's time. */
export class ShardGroup {
  readonly world = new VirtualClock();
  readonly cluster = new FakeCluster({ clock: this.world });
  readonly replicas: GroupReplica[] = [];
  /** One for each shard, at its place. */
  readonly keys: string[];
  readonly #options: GroupOptions;

  static onGoodNetwork(shards: number): ShardGroup {
    return new ShardGroup({ shards, random: () => 0.5, network: { latencyMs: () => 1, loses: () => false } });
  }

  /** A group of as many replicas, which have divided the shards. */
  static async divided(shards: number, replicas: number): Promise<ShardGroup> {
    const group = ShardGroup.onGoodNetwork(shards);
    for (let index = 0; index < replicas; index++) group.add();
    await group.run(10_000);
    return group;
  }

  constructor(options: GroupOptions) {
    this.#options = options;
    this.keys = Array.from({ length: options.shards }, (_, shard) => keyIn(shard, options.shards));
  }

  add({ rate = 1, ...more }: { rate?: number } & Partial<ShardingOptions> = {}): GroupReplica {
    const clock = new ReplicaClock(this.world, rate);
    const identity = `replica_${this.replicas.length}`;
    const { random, shards } = this.#options;
    const sharding = new Sharding({
      ...{ ...groupRef, cluster: this.#reach(clock, () => replica.isDeaf), identity, clock, random, shards },
      log: pino({ level: 'silent' }),
      proveFresh: async () => {},
      onLost: (reason) => {
        replica.lost = reason;
        replica.isOver = true;
      },
      ...more,
    });
    const replica: GroupReplica = {
      ...{ identity, clock, sharding },
      isDeaf: false,
      lost: undefined,
      isOver: false,
    };
    this.replicas.push(replica);
    sharding.start();
    return replica;
  }

  #reach(clock: ReplicaClock, isDeaf: () => boolean): Cluster {
    const { network } = this.#options;
    return network
      ? remoteCluster(this.cluster, clock, { ...network, isDeaf, clock: this.world })
      : this.cluster;
  }

  get alive(): GroupReplica[] {
    return this.replicas.filter(({ isOver }) => !isOver);
  }

  /** Which replicas could act on the key now, suspended and ended ones included. */
  actorsOn(key: string): string[] {
    return this.replicas.filter(({ sharding }) => sharding.mayAct(key)).map(({ identity }) => identity);
  }

  /** Which replicas would begin work on the key now. */
  ownersOf(key: string): string[] {
    return this.replicas.filter(({ sharding }) => sharding.owns(key)).map(({ identity }) => identity);
  }

  /** The owners of the keys, each as a text to compare. */
  get division(): string[] {
    return this.keys.map((key) => this.ownersOf(key).join('+'));
  }

  /** The owner that each key should have. */
  get wanted(): (string | undefined)[] {
    const members = this.alive.map(({ identity }) => identity);
    return this.keys.map((_key, shard) => ownerOf(shard, members));
  }

  /** @throws Error when two replicas could act on one key. */
  check(): void {
    for (const key of this.keys) {
      const actors = this.actorsOn(key);
      if (actors.length > 1) throw new Error(`${actors} may act on ${key} at ${this.world.now()} ms`);
    }
  }

  lease(ref: { namespace: string; name: string }): Lease | undefined {
    return this.cluster.peek(leaseType, ref);
  }

  /** Writes of shards' Leases so far. */
  get shardWrites(): number {
    return this.cluster.writes.filter(({ key }) => key.includes('-shard-')).length;
  }

  /** Ends it as a crash does: what it sent takes effect, it does nothing more. */
  crash(replica: GroupReplica): void {
    replica.isOver = true;
    replica.clock.suspend();
  }

  async leave(replica: GroupReplica): Promise<void> {
    replica.isOver = true;
    const stopped = replica.sharding.stop();
    await this.run(250);
    await stopped;
  }

  /** Lets time pass, checking four times a second that no two may act on one key. */
  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      await this.world.advance(Math.min(250, ms - passed));
      this.check();
    }
  }

  async stop(): Promise<void> {
    const stopped = Promise.all(this.alive.map(({ sharding }) => sharding.stop()));
    await this.world.advance(10_000);
    await stopped;
  }
}

function keyIn(shard: number, count: number): string {
  for (let index = 0; ; index++) {
    const key = `key-${index}`;
    if (shardOf(key, count) === shard) return key;
  }
}
