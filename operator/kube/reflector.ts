import type { Logger } from 'pino';
import { BackOff } from './back-off.ts';
import { type Clock, type Random, sleep } from './clock.ts';
import type { Cluster, ListOptions, WatchEvent } from './cluster.ts';
import { ApiError } from './errors.ts';
import { createKubeMetrics, type KubeMetrics } from './metrics.ts';
import type { KubeObject, ResourceType } from './object.ts';
import type { Store } from './store.ts';
import { watchUntil } from './watch-until.ts';

export interface ReflectorOptions<T extends KubeObject> extends Omit<ListOptions, 'signal'> {
  cluster: Cluster;
  type: ResourceType<T>;
  store: Store<T>;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics?: KubeMetrics;
  /**
   * A watch that is silent for longer is given up. Bookmarks come about every 60 s, so silence means a connection that
   * is dead at the other end. Default 150 s.
   */
  quietLimitMs?: number;
}

/** A watch shorter than this without any event is no success: a server that closes at once must not be stormed. */
const shortWatchMs = 5_000;

/**
 * Keeps a store equal to what the API server holds of one kind: list, watch, and again whatever breaks. `start` once;
 * after `stop` nothing is asked of the cluster any more.
 */
export class Reflector<T extends KubeObject> {
  /** Resolves once the first list is in the store; never rejects, and stays pending if stopped before. */
  readonly synced: Promise<void>;
  readonly #options: ReflectorOptions<T>;
  readonly #metrics: KubeMetrics;
  readonly #backOff: BackOff;
  readonly #stop = new AbortController();
  readonly #markSynced: () => void;
  #hasSynced = false;
  #running: Promise<void> | undefined;
  /** Where the next watch starts; undefined: list first. */
  #from: string | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#metrics = options.metrics ?? createKubeMetrics();
    const endsRow = { ms: shortWatchMs, clock: options.clock };
    this.#backOff = new BackOff({ firstMs: 800, longestMs: 30_000, random: options.random, endsRow });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#markSynced = resolve;
    this.#metrics.lists.inc({ kind: options.type.kind }, 0);
    this.#metrics.watchFailures.inc({ kind: options.type.kind }, 0);
  }

  /** Whether the store holds at least the first list. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** The kind that is reflected, for reports on what is not synced yet. */
  get kind(): string {
    return this.#options.type.kind;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when all is over. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        if (this.#from === undefined) await this.#list();
        if (await this.#watch()) this.#backOff.reset();
        else await this.#pause();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        await this.#recover(error);
      }
    }
  }

  async #list(): Promise<void> {
    const { cluster, type, store } = this.#options;
    const { items, resourceVersion } = await cluster.list(type, this.#selection());
    this.#stop.signal.throwIfAborted();
    store.replace(items, resourceVersion);
    this.#from = resourceVersion;
    this.#metrics.lists.inc({ kind: type.kind });
    this.#hasSynced = true;
    this.#markSynced();
  }

  /** Whether the watch was good for something. */
  async #watch(): Promise<boolean> {
    const { cluster, type, clock, random, quietLimitMs = 150_000 } = this.#options;
    // Random, or all watches of all replicas would come back in the same second for ever.
    const timeoutSeconds = Math.round(300 * (1 + random()));
    const startedAt = clock.now();
    let events = 0;
    await watchUntil({
      open: (signal) =>
        cluster.watch(type, this.#from ?? '', { ...this.#selection(), signal, timeoutSeconds }),
      onEvent: (event) => {
        events += 1;
        this.#take(event);
        this.#backOff.reset();
      },
      ...{ clock, quietLimitMs, signal: this.#stop.signal },
    });
    return events > 0 || clock.now() - startedAt >= shortWatchMs;
  }

  #take(event: WatchEvent<T>): void {
    const { store } = this.#options;
    if (event.type === 'BOOKMARK') store.advance(event.resourceVersion);
    else store.apply(event.type, event.object);
    this.#from = store.resourceVersion;
  }

  async #recover(error: unknown): Promise<void> {
    const { log, type } = this.#options;
    const isExpired = error instanceof ApiError && error.isExpired;
    if (isExpired) this.#from = undefined;
    this.#metrics.watchFailures.inc({ kind: type.kind });
    log.warn({ kind: type.kind, err: error, willList: isExpired }, 'list or watch broke, trying again');
    await this.#pause();
  }

  #pause(): Promise<void> {
    return sleep(this.#options.clock, this.#backOff.nextMs(), this.#stop.signal);
  }

  #selection(): ListOptions {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return {
      signal: this.#stop.signal,
      ...(namespace ? { namespace } : {}),
      ...(labelSelector ? { labelSelector } : {}),
      ...(fieldSelector ? { fieldSelector } : {}),
    };
  }
}
