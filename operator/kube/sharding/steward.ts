import { untilAborted } from '../abort.ts';
import type { Clock, Random } from '../clock.ts';
import { isConflict } from '../errors.ts';
import { FencedError } from '../fence.ts';
import { type Lease, leaseSpec, leaseType } from '../lease-object.ts';
import type { ObjectKey } from '../object.ts';
import type { ReconcileContext } from '../reconcile-run.ts';
import { done, type Result } from '../result.ts';
import type { Store } from '../store.ts';
import type { Holdings } from './holdings.ts';
import type { Layout } from './layout.ts';
import { ownerOf } from './rendezvous.ts';
import type { Roster } from './roster.ts';
import type { SharedProof } from './shared-proof.ts';

export interface StewardOptions {
  identity: string;
  layout: Layout;
  store: Store<Lease>;
  roster: Roster;
  holdings: Holdings;
  /** Asked for before work on a shard begins. */
  freshness: Pick<SharedProof, 'ask'>;
  clock: Clock;
  random: Random;
  leaseDurationMs: number;
  retryPeriodMs: number;
}

type Tools = Pick<ReconcileContext, 'cluster' | 'signal' | 'log'>;

const fieldManager = 'sharding';

/** The Leases of members that have ended are kept this many durations, for replicas that are slow to see it. */
const keptDurations = 40;

/**
 * Brings one Lease of the group nearer to where it belongs. Possession is what our own compare-and-swap won and only
 * that; whoever sees more, less or older things than others writes in vain, and is no danger.
 */
export class Steward {
  readonly #options: StewardOptions;

  constructor(options: StewardOptions) {
    this.#options = options;
  }

  /** For the key of a shard's or a member's Lease, which need not exist. Never rejects but for the signal. */
  async tend(key: ObjectKey, tools: Tools): Promise<Result> {
    const { layout, store } = this.#options;
    const shard = layout.shardAt(key);
    const lease = store.get(key);
    try {
      if (shard !== undefined) return await this.#tendShard(shard, lease, tools);
      return lease && layout.isMember(lease) ? await this.#tendMember(lease, tools) : done;
    } catch (error) {
      tools.signal.throwIfAborted();
      if (error instanceof FencedError) return done; // our membership is over, which the elector tells
      const level = isConflict(error) ? 'debug' : 'warn';
      tools.log[level]({ err: error, lease: key }, 'not brought where it belongs yet, trying again');
      return this.#later();
    }
  }

  #tendShard(shard: number, lease: Lease | undefined, tools: Tools): Promise<Result> {
    const { holdings, identity } = this.#options;
    const isOurs = lease?.spec.holderIdentity === identity;
    // Somebody with more rights than we took it, as an admin can.
    if (holdings.has(shard) && !isOurs) holdings.drop(shard);
    if (this.#belongsHere(shard)) return this.#keep(shard, lease, tools);
    return lease && isOurs ? this.#handOver(shard, lease, tools) : Promise.resolve(done);
  }

  async #keep(shard: number, lease: Lease | undefined, tools: Tools): Promise<Result> {
    const { freshness, holdings, identity, roster } = this.#options;
    if (holdings.isOpen(shard)) return done;
    const holder = lease?.spec.holderIdentity;
    if (holder && holder !== identity) {
      const untilEndMs = roster.untilEndMs(holder);
      if (untilEndMs === undefined) return done; // its holder, or the end of it, will be news
      if (untilEndMs > 0) return { kind: 'again', afterMs: untilEndMs };
    }
    // Drained, but not given away when the members changed again: no write is needed.
    if (!holdings.has(shard)) {
      await this.#claim(shard, lease, tools);
      holdings.take(shard);
    }
    await untilAborted(freshness.ask(), tools.signal);
    holdings.open(shard);
    return done;
  }

  async #handOver(shard: number, lease: Lease, tools: Tools): Promise<Result> {
    const { holdings } = this.#options;
    await untilAborted(holdings.drain(shard), tools.signal);
    if (this.#belongsHere(shard)) return this.#keep(shard, lease, tools);
    // Before the write: from the moment that the server has it another replica may act, whether we are told or not.
    holdings.drop(shard);
    await this.#write(lease, '', tools);
    return done;
  }

  /** Members are told to end by a write that each renewal of theirs would make fail. */
  async #tendMember(member: Lease, tools: Tools): Promise<Result> {
    const { roster, leaseDurationMs, random, retryPeriodMs, identity } = this.#options;
    const { holderIdentity } = member.spec;
    if (holderIdentity === identity) return done;
    if (!holderIdentity) {
      const leftMs = keptDurations * leaseDurationMs - roster.quietMs(member);
      if (leftMs > 0) return { kind: 'again', afterMs: leftMs };
      await tools.cluster.delete(leaseType, member.metadata);
      return done;
    }
    const leftMs = roster.untilExpiryMs(member);
    // Spread, or all survivors would try at the same moment.
    if (leftMs > 0) return { kind: 'again', afterMs: leftMs + random() * retryPeriodMs };
    tools.log.warn({ member: holderIdentity }, 'a replica has not renewed its membership, evicting it');
    await this.#write(member, '', tools);
    return done;
  }

  async #claim(shard: number, lease: Lease | undefined, tools: Tools): Promise<void> {
    const { layout, identity } = this.#options;
    if (lease) return this.#write(lease, identity, tools);
    const object = layout.lease(layout.shardRef(shard), this.#spec(undefined, identity));
    await tools.cluster.create(leaseType, object);
  }

  /** Compare-and-swap on the Lease as the store has it. */
  async #write(lease: Lease, holder: string, { cluster }: Tools): Promise<void> {
    const { layout } = this.#options;
    const { namespace = layout.namespace, name, resourceVersion } = lease.metadata;
    const object = layout.lease({ namespace, name }, this.#spec(lease, holder), resourceVersion);
    await cluster.apply(leaseType, object, { fieldManager, force: true });
  }

  #spec(previous: Lease | undefined, holder: string): Lease['spec'] {
    const { clock, leaseDurationMs } = this.#options;
    const now = clock.wallTime();
    return leaseSpec({ previous: previous?.spec, holder, now, durationMs: leaseDurationMs });
  }

  #belongsHere(shard: number): boolean {
    const { roster, identity } = this.#options;
    return ownerOf(shard, roster.members()) === identity;
  }

  #later(): Result {
    const { retryPeriodMs, random } = this.#options;
    return { kind: 'again', afterMs: retryPeriodMs * (1 + random()) };
  }
}
