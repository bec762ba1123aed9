import type { Clock, Random, Timer } from './clock.ts';
import { LaneLoad, type Lanes } from './lanes.ts';
import { createKubeMetrics, type KubeMetrics, queueLabels } from './metrics.ts';
import type { ObjectKey } from './object.ts';
import { type Place, ReadyKeys } from './ready-keys.ts';

/** For keys added by start-up and resync: behind every real change. */
export const lowPriority = -100;
/** For an object that has just been created: before what goes on with others. */
export const newcomerPriority = 100;

export interface QueueOptions {
  name: string;
  clock: Clock;
  random: Random;
  metrics?: KubeMetrics;
  /** First back-off in milliseconds, doubled by each further failure. Default 5. */
  baseDelayMs?: number;
  /** Longest back-off in milliseconds. Default 5 minutes. */
  maxDelayMs?: number;
  /**
   * Keys of one fairness key have turns with those of others, whatever their number: a flood of one kind, namespace or
   * owner starves nobody of the same priority. Default: one for all.
   */
  fairnessKey?: (key: ObjectKey) => string;
  /** How many keys of one lane may be in process at once. Default: no limit. */
  lanes?: Lanes;
}

/** From so long a wait on, up to a second more is nothing. */
const slackFromMs = 30_000;
const slackMs = 1_000;

interface Pending {
  priority: number;
  /** When it became or becomes ready, on the clock. */
  at: number;
  /** Set while it waits for `at`. */
  timer: Timer | undefined;
  /** Set while it is ready; a key that is pending without timer and place is in process. */
  place: Place | undefined;
}

/**
 * Keys to be worked on, each at most once at a time. A key is absent, waiting (for a time), ready, in process, or in
 * process and pending again (dirty). Adding coalesces: the earlier time and the higher priority win. Which of the ready
 * keys is next, ready-keys.ts says; a key whose lane is full stays ready until there is room.
 */
export class WorkQueue {
  readonly #options: Required<Omit<QueueOptions, 'lanes'>>;
  readonly #pending = new Map<ObjectKey, Pending>();
  readonly #ready = new ReadyKeys();
  readonly #lanes: LaneLoad;
  readonly #processing = new Map<ObjectKey, number>();
  readonly #failures = new Map<ObjectKey, number>();
  readonly #takers: ((key: ObjectKey | undefined) => void)[] = [];
  readonly #sample = () => this.#sampleNow();
  #closed = false;

  constructor(options: QueueOptions) {
    const defaults = { baseDelayMs: 5, maxDelayMs: 300_000, fairnessKey: () => '' };
    this.#options = { ...defaults, ...options, metrics: options.metrics ?? createKubeMetrics() };
    this.#lanes = new LaneLoad(options.lanes);
    const { metrics, name } = this.#options;
    metrics.queues.add(this.#sample);
    for (const counter of [metrics.queueAdds, metrics.queueRetries]) counter.inc(queueLabels(name), 0);
    for (const histogram of [metrics.queueSeconds, metrics.workSeconds]) histogram.zero(queueLabels(name));
  }

  add(key: ObjectKey, options: { priority?: number } = {}): void {
    this.addAfter(key, 0, options);
  }

  /** Makes the key ready in `delayMs`, up to a second later from half a minute on, or earlier if it already was to be. */
  addAfter(key: ObjectKey, delayMs: number, options: { priority?: number } = {}): void {
    if (this.#closed) return;
    const { clock, metrics, name } = this.#options;
    metrics.queueAdds.inc(queueLabels(name));
    const at = alarm(clock.now() + Math.max(0, delayMs), delayMs);
    const priority = options.priority ?? 0;
    const entry = this.#pending.get(key);
    if (entry) this.#merge(key, entry, at, priority);
    else this.#schedule(key, { priority, at, timer: undefined, place: undefined });
  }

  /** Adds with a back-off that doubles by each call until `forget`; half of it is random. */
  addRateLimited(key: ObjectKey, options: { priority?: number } = {}): void {
    const { baseDelayMs, maxDelayMs, random, metrics, name } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    metrics.queueRetries.inc(queueLabels(name));
    const delayMs = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(failures, 60));
    this.addAfter(key, delayMs * (0.5 + random() / 2), options);
  }

  /** The next failure backs off as the first one. */
  forget(key: ObjectKey): void {
    this.#failures.delete(key);
  }

  failures(key: ObjectKey): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next ready key, which is then in process until `done`; undefined once the queue is shut down. */
  take(): Promise<ObjectKey | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#hand();
    });
  }

  /** The worker is through with the key; if it was added meanwhile, it is ready again (or waits). */
  done(key: ObjectKey): void {
    const startedAt = this.#processing.get(key);
    if (startedAt === undefined) return;
    const { clock, metrics, name } = this.#options;
    this.#processing.delete(key);
    this.#lanes.leave(key);
    metrics.workSeconds.observe(queueLabels(name), (clock.now() - startedAt) / 1000);
    const entry = this.#pending.get(key);
    if (entry && entry.timer === undefined && !this.#closed) this.#makeReady(key, entry);
    this.#hand();
  }

  /** The key stays in process, but counts no longer in its lane: its worker has given up waiting for it. */
  leaveLane(key: ObjectKey): void {
    this.#lanes.leave(key);
    this.#hand();
  }

  /** Whether the key is in process and counts in a lane. */
  isInLane(key: ObjectKey): boolean {
    return this.#lanes.holds(key);
  }

  /** Lets go of all that is pending; takers get undefined; later adds do nothing. */
  shutdown(): void {
    this.#closed = true;
    for (const { timer } of this.#pending.values()) this.#options.clock.clearTimeout(timer);
    this.#pending.clear();
    this.#ready.clear();
    this.#failures.clear();
    this.#options.metrics.queues.delete(this.#sample);
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
  }

  /** Keys that are ready and not in process. */
  get depth(): number {
    return this.#ready.size;
  }

  #schedule(key: ObjectKey, entry: Pending): void {
    const { clock } = this.#options;
    this.#pending.set(key, entry);
    const delayMs = entry.at - clock.now();
    if (delayMs <= 0) this.#makeReady(key, entry);
    else entry.timer = clock.setTimeout(() => this.#makeReady(key, entry), delayMs);
  }

  #merge(key: ObjectKey, entry: Pending, at: number, priority: number): void {
    const isEarlier = at < entry.at;
    entry.priority = Math.max(entry.priority, priority);
    entry.at = Math.min(entry.at, at);
    if (entry.timer === undefined) this.#makeReady(key, entry);
    else if (isEarlier) {
      this.#options.clock.clearTimeout(entry.timer);
      entry.timer = undefined;
      this.#schedule(key, entry);
    }
  }

  /** A ready key whose place changed, by its priority or its lane, goes to the end of the line there. */
  #makeReady(key: ObjectKey, entry: Pending): void {
    entry.timer = undefined;
    if (this.#processing.has(key)) return;
    const { fairnessKey } = this.#options;
    const place = { priority: entry.priority, group: fairnessKey(key), lane: this.#lanes.of(key) };
    if (entry.place) {
      if (isSame(entry.place, place)) return;
      this.#ready.delete(key, entry.place);
    }
    entry.place = place;
    this.#ready.add(key, place);
    this.#hand();
  }

  #hand(): void {
    while (this.#takers.length > 0) {
      const key = this.#pop();
      if (key === undefined) return;
      this.#takers.shift()?.(key);
    }
  }

  #pop(): ObjectKey | undefined {
    const key = this.#ready.take((lane) => this.#lanes.hasRoom(lane));
    if (key === undefined) return undefined;
    const { clock, metrics, name } = this.#options;
    const entry = this.#pending.get(key);
    metrics.queueSeconds.observe(queueLabels(name), (clock.now() - (entry?.at ?? clock.now())) / 1000);
    this.#pending.delete(key);
    this.#processing.set(key, clock.now());
    this.#lanes.enter(key, entry?.place?.lane);
    return key;
  }

  #sampleNow() {
    const now = this.#options.clock.now();
    return {
      name: this.#options.name,
      depth: new Map(this.#ready.counts),
      runningSeconds: [...this.#processing.values()].map((startedAt) => (now - startedAt) / 1000),
      fullLanes: this.#lanes.full,
    };
  }
}

/** A long wait ends with others' on the second: a process that wakes once does ten things for the price of three. */
function alarm(at: number, delayMs: number): number {
  return delayMs >= slackFromMs ? Math.ceil(at / slackMs) * slackMs : at;
}

function isSame(a: Place, b: Place): boolean {
  return a.priority === b.priority && a.group === b.group && a.lane === b.lane;
}
