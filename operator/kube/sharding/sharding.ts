import type { Logger } from 'pino';
import { type Clock, type Random, sleep } from '../clock.ts';
import type { Cluster } from '../cluster.ts';
import { Controller } from '../controller.ts';
import { type Fence, FencedError, fencedCluster } from '../fence.ts';
import { LeaderElector } from '../lease.ts';
import { type Lease, leaseType } from '../lease-object.ts';
import type { KubeMetrics } from '../metrics.ts';
import { keyOf } from '../object.ts';
import { Reflector } from '../reflector.ts';
import { type Change, Store } from '../store.ts';
import { Holdings, type ShardChange } from './holdings.ts';
import { Layout, type LayoutOptions } from './layout.ts';
import { shardOf } from './rendezvous.ts';
import { Roster } from './roster.ts';
import { SharedProof } from './shared-proof.ts';
import { Steward } from './steward.ts';

export type { ShardChange } from './holdings.ts';

export interface ShardingOptions extends Omit<LayoutOptions, 'shards'> {
  cluster: Cluster;
  /** Unique to this process, and never used again: a member that has ended stays so. */
  identity: string;
  /** Into how many shards the keys are cut; the same on all replicas for ever. Default 64. */
  shards?: number;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics?: KubeMetrics;
  /** Others evict a member this long after the last renewal that they saw. Default 15 s. */
  leaseDurationMs?: number;
  /** A member that could not renew for this long acts no more. Default 10 s. */
  renewDeadlineMs?: number;
  /** Between two renewals, and between two tries of anything else. Default 3 s. */
  retryPeriodMs?: number;
  /**
   * Resolves once the caches that work is decided from hold all that was written before the call. Asked after a shard
   * was won and before work on it begins: what its former holder wrote last may have yet to reach this replica.
   */
  proveFresh: (signal: AbortSignal) => Promise<void>;
  onJoined?: () => void;
  /** Membership was lost, not given back: the process should exit. What was under way has been told to end. */
  onLost: (reason: Error) => void;
}

/**
 * Divides keys over replicas, so that each key has one that may act on it, and no more than one at any time.
 *
 * Keys are hashed to a fixed number of shards, each with a Lease that names its holder and is written only as it changes
 * hands. Each replica also renews one Lease of its own, and whatever it holds it may act on only while that is fresh:
 * N replicas cost N/3 writes a second (and as many reads), however many shards there are, a join about 2/N of the
 * shards in writes, a crash 1/N.
 *
 * A shard moves to its new owner after the old one has ended its work on it and given its Lease up, or after the old
 * one was evicted: its own Lease, unchanged for the whole duration, was emptied by compare-and-swap, 5 s after it had
 * to stop acting. Between two replicas' clocks a rate of 1:1.5 would be needed to break that. Work on it begins once the
 * new owner's caches are proven to hold all that the old one wrote.
 *
 * Has the shape of an elector, so that a Manager takes it for one on which all replicas lead at the same time.
 */
export class Sharding {
  readonly #clock: Clock;
  readonly #layout: Layout;
  readonly #holdings = new Holdings();
  readonly #membership: LeaderElector;
  readonly #reflector: Reflector<Lease>;
  readonly #controller: Controller<Lease>;
  readonly #members = new Map<string, string | undefined>();
  readonly #end = new AbortController();
  #hasStarted = false;

  constructor(options: ShardingOptions) {
    const defaults = { shards: 64, leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 3_000 };
    const all = { ...defaults, ...options };
    const { cluster, clock, random, log, identity, leaseDurationMs, retryPeriodMs } = all;
    const shared = { clock, random, log, ...(all.metrics ? { metrics: all.metrics } : {}) };
    this.#clock = clock;
    this.#layout = new Layout(all);
    const store = new Store<Lease>({ onHandlerError: (err) => log.error({ err }, 'sharding failed') });
    const roster = new Roster({ store, layout: this.#layout, clock, leaseDurationMs });
    store.subscribe((change) => this.#onLease(change));
    this.#membership = new LeaderElector({
      ...{ ...shared, cluster, identity, leaseDurationMs, retryPeriodMs },
      renewDeadlineMs: all.renewDeadlineMs,
      lease: this.#layout.memberRef(identity),
      labels: this.#layout.labels,
      takesBack: false, // once evicted, others have taken over: it must stay so
      onStartedLeading: () => this.#join(all.onJoined),
      onStoppedLeading: (reason) => this.#lose(reason, all.onLost),
    });
    this.#reflector = new Reflector({
      ...{ ...shared, cluster, type: leaseType, store, namespace: all.namespace },
      labelSelector: this.#layout.labelSelector,
      quietLimitMs: leaseDurationMs, // our own renewals are heard on it
    });
    const freshness = new SharedProof(() => all.proveFresh(this.#end.signal));
    const steward = new Steward({
      ...{ ...all, store, roster, layout: this.#layout, holdings: this.#holdings, freshness },
    });
    this.#controller = new Controller<Lease>({
      ...{ ...shared, name: 'shard', type: leaseType, store },
      cluster: fencedCluster(cluster, this.#membership),
      // Each may wait for the work on its shard to end.
      workers: all.shards + 8,
      reconcile: (key, context) => steward.tend(key, context),
    });
  }

  /** Whether new work on this key may begin here. */
  owns(key: string): boolean {
    return this.#holdings.isOpen(this.shardOf(key)) && this.#membership.mayAct;
  }

  /** Whether the key's shard is here, though for the moment new work on it may not begin, or not yet. */
  holds(key: string): boolean {
    return this.#holdings.has(this.shardOf(key));
  }

  shardOf(key: string): number {
    return shardOf(key, this.#layout.shards);
  }

  /** The shards on which new work may begin here. */
  get owned(): number[] {
    if (!this.#membership.mayAct) return [];
    return this.#holdings.shards.filter((shard) => this.#holdings.isOpen(shard));
  }

  /** Whether no other replica can act on the key yet: its shard is held, be it about to move, and the membership fresh. */
  mayAct(key: string): boolean {
    return this.holds(key) && this.#membership.mayAct;
  }

  /** For work on the key that begins now: asked before each of its acts, however often the shard goes and comes back. */
  fence(key: string): Fence {
    const shard = this.shardOf(key);
    const isUnbroken = this.#holdings.unbroken(shard);
    return {
      check: () => {
        if (!isUnbroken())
          throw new FencedError(
            `shard ${shard} of "${key}" is not held any more: not acting, as another replica may`,
          );
        this.#membership.check();
      },
    };
  }

  /** Runs `work` on a key that is owned. The shard goes to nobody else before it has ended; `signal` tells it to. */
  run<R>(key: string, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    return this.#holdings.run(this.shardOf(key), work);
  }

  /** Calls `handler` as shards come and go; returns what ends that. */
  onChange(handler: (change: ShardChange) => void): () => void {
    return this.#holdings.subscribe(handler);
  }

  /** For liveness. */
  get isHealthy(): boolean {
    return this.#membership.isHealthy;
  }

  start(): void {
    this.#reflector.start();
    void this.#reflector.synced.then(() => {
      if (!this.#end.signal.aborted) this.#membership.start();
    });
  }

  /**
   * Ends all work, then leaves: others take the shards over at once. With work left that does not heed its abort within
   * `graceMs`, the membership is left to run out, by when the process should have ended.
   */
  async stop(graceMs = 2_000): Promise<void> {
    this.#end.abort(new Error('this replica leaves'));
    const drained = this.#holdings.close();
    if (this.#hasStarted) await this.#controller.stop(graceMs);
    await this.#membership.stop({ release: await this.#within(graceMs, drained) });
    await this.#reflector.stop();
    for (const shard of this.#holdings.shards) this.#holdings.drop(shard);
  }

  async #within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
    const timer = new AbortController();
    const late = sleep(this.#clock, timeoutMs, timer.signal).then(() => false);
    const isOver = await Promise.race([work.then(() => true), late]);
    timer.abort();
    return isOver;
  }

  #join(onJoined: (() => void) | undefined): void {
    if (this.#end.signal.aborted) return;
    this.#hasStarted = true;
    this.#controller.start();
    this.#tendAll();
    onJoined?.();
  }

  #lose(reason: Error, onLost: (reason: Error) => void): void {
    this.#end.abort(reason);
    for (const shard of this.#holdings.shards) this.#holdings.drop(shard);
    onLost(reason);
  }

  /** A member that came or went moves shards; a renewal does not. */
  #onLease({ type, object }: Change<Lease>): void {
    if (!this.#layout.isMember(object)) return;
    const holder = type === 'deleted' ? undefined : object.spec.holderIdentity;
    if (this.#members.get(object.metadata.name) === holder) return;
    this.#members.set(object.metadata.name, holder);
    if (holder === undefined) this.#members.delete(object.metadata.name);
    if (this.#hasStarted) this.#tendAll();
  }

  #tendAll(): void {
    for (let shard = 0; shard < this.#layout.shards; shard++)
      this.#controller.enqueue(keyOf(this.#layout.shardRef(shard)));
  }
}
