import type { Logger } from 'pino';
import { type Clock, type Random, sleep } from './clock.ts';
import type { Cluster } from './cluster.ts';
import { ApiError } from './errors.ts';
import { type Fence, FencedError } from './fence.ts';
import { type Lease, leaseSpec, leaseType } from './lease-object.ts';
import { createKubeMetrics, type KubeMetrics } from './metrics.ts';
import { keyOf, type ObjectRef } from './object.ts';

export interface ElectorOptions {
  cluster: Cluster;
  /** The Lease that is fought for. */
  lease: Required<ObjectRef>;
  /** Of the Lease; put back by each renewal, for whoever finds it by them. */
  labels?: Readonly<Record<string, string>>;
  /** Unique to this process: a pod that restarts must not take itself for its former life. */
  identity: string;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics?: KubeMetrics;
  /** Others wait this long after the last renewal they saw. Default 15 s. */
  leaseDurationMs?: number;
  /** A leader that could not renew for this long stops. Default 10 s; must be less than the duration. */
  renewDeadlineMs?: number;
  /** Between two tries. Default 2 s. */
  retryPeriodMs?: number;
  /**
   * Whether a leader whose Lease somebody deleted or emptied takes it again, as client-go's does. Default true. With
   * false that is a loss.
   */
  takesBack?: boolean;
  onStartedLeading: () => void;
  /** Leadership was lost, not given back: the process should exit, as others may lead already. */
  onStoppedLeading: (reason: Error) => void;
}

/** A shutdown must end within a pod's grace; a Lease that is not given back runs out. */
const longestReleaseMs = 3_000;

/**
 * Lets one replica lead, by a Lease as client-go does it. Time is measured on the local monotonic clock since the record
 * was last seen to change, so skewed clocks do no harm.
 *
 * It is its leader's fence too: `check` refuses from the renew deadline on, and others lead from the duration on; what
 * lies between is the time that an act under way has left. The clock goes on while a process is stopped: 4.0 s of
 * SIGSTOP were measured as 4.0 s by `performance.now()`, which is CLOCK_MONOTONIC. It does not while the whole machine
 * is suspended; then only the compare-and-swap of each write is left.
 */
export class LeaderElector implements Fence {
  readonly #options: Required<Omit<ElectorOptions, 'metrics'>>;
  readonly #metrics: KubeMetrics;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #isLeader = false;
  #seen: { lease: Lease; at: number } | undefined;
  #renewedAt = 0;

  constructor(options: ElectorOptions) {
    const defaults = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000, labels: {} };
    this.#options = { ...defaults, takesBack: true, ...options };
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.#options;
    if (!(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs)) {
      throw new Error('leader election needs leaseDurationMs > renewDeadlineMs > retryPeriodMs');
    }
    this.#metrics = options.metrics ?? createKubeMetrics();
    this.#metrics.leader.set(this.#labels(), 0);
    this.#metrics.leaderSlowPaths.inc(this.#labels(), 0);
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /** Whether this replica leads and no other one can yet: it has renewed within the renew deadline. */
  get mayAct(): boolean {
    return this.#isLeader && this.#leftMs() > 0;
  }

  check(): void {
    if (this.mayAct) return;
    const { lease, identity, renewDeadlineMs } = this.#options;
    const why = this.#isLeader
      ? `was last renewed ${Math.round(this.#sinceRenewalMs())} ms ago, and its limit is ${renewDeadlineMs} ms`
      : 'is not held';
    const message = `Lease ${keyOf(lease)} of ${identity} ${why}: not acting, as another replica may`;
    throw new FencedError(message);
  }

  /** False when this replica believes to lead and its renewals have failed past the deadline: what liveness asks. */
  get isHealthy(): boolean {
    return !this.#isLeader || this.#sinceRenewalMs() <= this.#options.leaseDurationMs;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Ends renewal and, when leading, gives the Lease back so that a standby need not wait; with `release` false it is left
   * to run out, for when something may still act.
   */
  async stop({ release = true }: { release?: boolean } = {}): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const led = this.#isLeader;
    // From here on nothing may act: with the answer still to come another replica leads already.
    this.#setLeader(false);
    if (led && release) await this.#release();
  }

  async #run(): Promise<void> {
    if (!(await this.#acquire())) return;
    this.#setLeader(true);
    if (this.#stop.signal.aborted) return;
    this.#options.onStartedLeading();
    const reason = await this.#renew();
    if (!reason) return;
    this.#setLeader(false);
    this.#options.log.error({ err: reason, identity: this.#options.identity }, 'leadership lost');
    this.#options.onStoppedLeading(reason);
  }

  /** Whether the Lease is ours, or false when stopped before. */
  async #acquire(): Promise<boolean> {
    const { clock, random, retryPeriodMs, log } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        if (await this.#tryOnce()) return true;
      } catch (error) {
        if (!this.#stop.signal.aborted) log.warn({ err: error }, 'the Lease could not be read or written');
      }
      await sleep(clock, retryPeriodMs * (1 + random()), this.#stop.signal);
    }
    return false;
  }

  /** Renews until stopped (undefined) or lost (why). */
  async #renew(): Promise<Error | undefined> {
    const { clock, retryPeriodMs, renewDeadlineMs } = this.#options;
    let failure: unknown;
    for (;;) {
      await sleep(clock, Math.min(retryPeriodMs, this.#leftMs()), this.#stop.signal);
      if (this.#stop.signal.aborted) return undefined;
      if (this.#leftMs() === 0) {
        return new Error(`the Lease was not renewed for ${renewDeadlineMs} ms`, { cause: failure });
      }
      try {
        if (!(await this.#tryOnce(this.#leftMs()))) return this.#takenOver();
      } catch (error) {
        failure = error;
      }
    }
  }

  /** Milliseconds until a leader that cannot renew must stop. */
  #leftMs(): number {
    return Math.max(0, this.#options.renewDeadlineMs - this.#sinceRenewalMs());
  }

  #takenOver(): Error {
    const holder = this.#seen?.lease.spec.holderIdentity;
    const isGone = !holder || holder === this.#options.identity;
    return new Error(isGone ? 'the Lease was taken away' : `"${holder}" holds the Lease`);
  }

  /**
   * Whether the Lease is ours after one try. It gets half of the deadline, so that one request on a dead connection
   * does not cost the leadership.
   */
  async #tryOnce(leftMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { clock, renewDeadlineMs } = this.#options;
    // From before the write: the server may have stored it at any moment since.
    const startedAt = clock.now();
    const isOurs = await this.#within(Math.min(renewDeadlineMs / 2, leftMs), (limit) =>
      this.#claim(AbortSignal.any([limit, this.#stop.signal])),
    );
    if (isOurs) this.#renewedAt = startedAt;
    return isOurs;
  }

  async #within<R>(timeoutMs: number, call: (limit: AbortSignal) => Promise<R>): Promise<R> {
    const { clock } = this.#options;
    const limit = new AbortController();
    const expire = () => limit.abort(new Error('the API server did not answer in time'));
    const timer = clock.setTimeout(expire, timeoutMs);
    try {
      return await call(limit.signal);
    } finally {
      clock.clearTimeout(timer);
    }
  }

  /** A leader writes over what it wrote last, unread, as client-go does; only when that is refused it looks why. */
  async #claim(signal: AbortSignal): Promise<boolean> {
    const own = this.#isLeader ? this.#seen?.lease : undefined;
    if (own && (await this.#swap(own, signal))) return true;
    if (own) this.#metrics.leaderSlowPaths.inc(this.#labels());
    const lease = await this.#current(signal);
    if (this.#isLeader && !this.#options.takesBack && lease?.spec.holderIdentity !== this.#options.identity)
      return false;
    if (!lease) return this.#create(signal);
    this.#observe(lease);
    if (this.#isHeldByOther(lease)) return false;
    this.#observe(await this.#write(lease, this.#options.identity, signal));
    return true;
  }

  /** False when the Lease is not as it was seen last, or is gone. */
  async #swap(seen: Lease, signal: AbortSignal): Promise<boolean> {
    try {
      this.#observe(await this.#write(seen, this.#options.identity, signal));
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.isConflict || error.isNotFound)) return false;
      throw error;
    }
  }

  #isHeldByOther(lease: Lease): boolean {
    const { clock, identity, leaseDurationMs } = this.#options;
    const holder = lease.spec.holderIdentity;
    if (!holder || holder === identity) return false;
    const theirDurationMs = (lease.spec.leaseDurationSeconds ?? 0) * 1000 || leaseDurationMs;
    return clock.now() - (this.#seen?.at ?? clock.now()) < theirDurationMs;
  }

  async #current(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#options.cluster.get(leaseType, this.#options.lease, { signal });
    } catch (error) {
      if (error instanceof ApiError && error.isNotFound) return undefined;
      throw error;
    }
  }

  async #create(signal: AbortSignal): Promise<boolean> {
    const { cluster, lease, labels } = this.#options;
    const object = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...lease, labels },
      spec: this.#spec(),
    };
    try {
      this.#observe(await cluster.create(leaseType, object, { signal }));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.isAlreadyExists) return false;
      throw error;
    }
  }

  /** Compare-and-swap: apply with the resourceVersion read is refused when another replica was quicker. */
  #write(lease: Lease, holder: string, signal: AbortSignal): Promise<Lease> {
    const { resourceVersion } = lease.metadata;
    const { labels } = this.#options;
    const object = {
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      metadata: { ...this.#options.lease, labels, resourceVersion },
      spec: this.#spec(lease, holder),
    };
    const options = { fieldManager: 'leader-election', force: true, signal };
    return this.#options.cluster.apply(leaseType, object, options);
  }

  #spec(lease?: Lease, holder = this.#options.identity) {
    const { clock, leaseDurationMs } = this.#options;
    return leaseSpec({ previous: lease?.spec, holder, now: clock.wallTime(), durationMs: leaseDurationMs });
  }

  #observe(lease: Lease): void {
    if (this.#seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return;
    this.#seen = { lease, at: this.#options.clock.now() };
  }

  async #release(): Promise<void> {
    const { log, identity, renewDeadlineMs } = this.#options;
    try {
      await this.#within(Math.min(renewDeadlineMs / 2, longestReleaseMs), async (limit) => {
        // Read anew: a renewal that was cut off by the stop may have been stored.
        const lease = await this.#current(limit);
        if (lease?.spec.holderIdentity === identity) await this.#write(lease, '', limit);
      });
    } catch (error) {
      log.warn({ err: error }, 'the Lease could not be released; it runs out by itself');
    }
  }

  #sinceRenewalMs(): number {
    return this.#options.clock.now() - this.#renewedAt;
  }

  #setLeader(isLeader: boolean): void {
    this.#isLeader = isLeader;
    this.#metrics.leader.set(this.#labels(), isLeader ? 1 : 0);
  }

  #labels(): { name: string } {
    return { name: this.#options.lease.name };
  }
}
