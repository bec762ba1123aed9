import type { Logger } from 'pino';
import { BackOff } from './back-off.ts';
import { type Clock, type Random, sleep } from './clock.ts';
import type { Cluster, ListOptions, WatchEvent } from './cluster.ts';
import { proveFresh } from './freshness.ts';
import { InitialEvents } from './initial-events.ts';
import { createKubeMetrics, type KubeMetrics } from './metrics.ts';
import type { KubeObject, ResourceType } from './object.ts';
import { ReadingPosition, UnfinishedListError } from './reading-position.ts';
import { compareResourceVersions } from './resource-version.ts';
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
  /**
   * Lists are streamed (KEP-3157), which spares the server a copy of everything; page by page for as long as the
   * reflector lives once the server turns out not to know that. Default true.
   */
  streamsLists?: boolean;
}

/** A watch shorter than this without any event is no success: a server that closes at once must not be stormed. */
const shortWatchMs = 5_000;

/** With events it may be shorter, but not much: one that is ended after its first event each time is a storm too. */
const shortBusyWatchMs = 1_000;

/** Between two events of a streaming list. A server that lags looks for its bookmark's version every second. */
const listQuietLimitMs = 30_000;

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
  readonly #position: ReadingPosition;
  readonly #stop = new AbortController();
  /** Ends what goes on now, the watch or a pause, so that the loop looks at its position again. */
  #turn = new AbortController();
  readonly #markSynced: () => void;
  #nextList: PromiseWithResolvers<void> | undefined;
  #awaited: { version: string; resolve: () => void }[] = [];
  #hasSynced = false;
  #running: Promise<void> | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#metrics = options.metrics ?? createKubeMetrics();
    const endsRow = { ms: shortWatchMs, clock: options.clock };
    this.#backOff = new BackOff({ firstMs: 800, longestMs: 30_000, random: options.random, endsRow });
    this.#position = new ReadingPosition(options.streamsLists ?? true);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#markSynced = resolve;
    const { kind } = options.type;
    const { lists, watchFailures, rewinds } = this.#metrics;
    for (const counter of [lists, watchFailures, rewinds]) counter.inc({ kind }, 0);
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
    this.#turn.abort();
    await this.#running;
  }

  /**
   * Resolves once the store holds every write that the API server acknowledged before the call. A watch that does not
   * bring it there soon, as one that is dead at the other end, is cut, and all is listed anew.
   * @throws Error when that cannot be had within a minute; the reason of `signal`.
   */
  proveFresh(signal: AbortSignal): Promise<void> {
    const { cluster, type, clock, random, store } = this.#options;
    return proveFresh({
      ...{ clock, random, kind: type.kind, signal },
      held: () => store.resourceVersion,
      current: async (callSignal) => {
        const options = { ...this.#selection(), limit: 1, signal: callSignal };
        return (await cluster.list(type, options)).resourceVersion;
      },
      reached: (version) => this.#reached(version),
      listAgain: (floor) => this.#listAgain(floor),
    });
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const turn = this.#turn.signal;
      try {
        if (this.#position.from === undefined && !this.#position.streams) await this.#list();
        if (await this.#watch()) this.#backOff.reset();
        else await this.#pause();
      } catch (error) {
        if (!turn.aborted) await this.#recover(error);
      }
    }
  }

  /** Ends what goes on and lists; resolves once that list is in the store. */
  #listAgain(floor: string | undefined): Promise<void> {
    this.#position.listAgain(floor);
    this.#turn.abort(new Error('a fresh list is asked for'));
    this.#turn = new AbortController();
    this.#nextList ??= Promise.withResolvers<void>();
    return this.#nextList.promise;
  }

  #reached(version: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited.push({ version, resolve });
    this.#tellReached();
    return promise;
  }

  async #list(): Promise<void> {
    const { cluster, type } = this.#options;
    const { floor } = this.#position;
    const options = { ...this.#selection(), signal: this.#turn.signal };
    const { items, resourceVersion } = await cluster.list(type, {
      ...options,
      ...(floor === undefined ? {} : { notOlderThan: floor }),
    });
    options.signal.throwIfAborted();
    this.#replace(items, resourceVersion);
  }

  /** Whether the watch was good for something. */
  async #watch(): Promise<boolean> {
    const { clock, quietLimitMs = 150_000 } = this.#options;
    const startedAt = clock.now();
    const isList = this.#position.from === undefined;
    const initial = isList ? new InitialEvents<T>((key) => this.#options.store.get(key)) : undefined;
    let isComplete = !isList;
    let events = 0;
    await watchUntil({
      open: (signal) => this.#open(isList, signal),
      onEvent: (event) => {
        events += 1;
        if (isComplete || !initial) this.#take(event);
        else isComplete = this.#takeInitial(initial, event);
      },
      quietLimitMs: () => (isComplete ? quietLimitMs : Math.min(listQuietLimitMs, quietLimitMs)),
      ...{ clock, signal: this.#turn.signal },
    });
    if (!isComplete) throw new UnfinishedListError();
    return clock.now() - startedAt >= (events > 0 ? shortBusyWatchMs : shortWatchMs);
  }

  #open(isList: boolean, signal: AbortSignal): AsyncIterable<WatchEvent<T>> {
    const { cluster, type, random } = this.#options;
    const { from, floor } = this.#position;
    // Random, or all watches of all replicas would come back in the same second for ever.
    const timeoutSeconds = Math.round(300 * (1 + random()));
    const options = { ...this.#selection(), signal, timeoutSeconds };
    if (isList) return cluster.watch(type, floor ?? '', { ...options, sendInitialEvents: true });
    return cluster.watch(type, from ?? '', options);
  }

  /** Whether that was the end of the list. */
  #takeInitial(initial: InitialEvents<T>, event: WatchEvent<T>): boolean {
    const list = initial.take(event);
    if (list) this.#replace(list.items, list.resourceVersion);
    return list !== undefined;
  }

  #replace(items: readonly T[], resourceVersion: string): void {
    const { store, type } = this.#options;
    this.#refuseOlder(resourceVersion);
    store.replace(items, resourceVersion);
    this.#position.listed(resourceVersion);
    this.#metrics.lists.inc({ kind: type.kind });
    this.#hasSynced = true;
    this.#markSynced();
    this.#nextList?.resolve();
    this.#nextList = undefined;
    this.#tellReached();
  }

  /** @throws Error for a list from the past; a consistent read comes next, and has the last word. */
  #refuseOlder(listed: string): void {
    const { store, type, log } = this.#options;
    const held = store.resourceVersion;
    if (this.#position.refuses(listed)) {
      this.#position.listAgain(undefined);
      throw new Error(`the server gave a list of ${listed}, older than the ${held} that it was asked for`);
    }
    if (held === undefined || compareResourceVersions(listed, held) >= 0) return;
    this.#metrics.rewinds.inc({ kind: type.kind });
    const versions = { kind: type.kind, held, listed };
    log.error(versions, 'the API server went back in time: was etcd restored from a backup?');
  }

  #take(event: WatchEvent<T>): void {
    const { store } = this.#options;
    if (event.type === 'BOOKMARK') store.advance(event.resourceVersion);
    else store.apply(event.type, event.object);
    if (store.resourceVersion !== undefined) this.#position.moved(store.resourceVersion);
    this.#backOff.reset();
    if (this.#awaited.length > 0) this.#tellReached();
  }

  #tellReached(): void {
    const { store } = this.#options;
    const isThere = ({ version }: { version: string }) => store.hasReached(version);
    for (const { resolve } of this.#awaited.filter(isThere)) resolve();
    this.#awaited = this.#awaited.filter((awaited) => !isThere(awaited));
  }

  async #recover(error: unknown): Promise<void> {
    const { log, type } = this.#options;
    const isOnTo = this.#position.failed(error);
    this.#metrics.watchFailures.inc({ kind: type.kind });
    const { from, streams } = this.#position;
    const next = { willList: from === undefined, streams };
    log.warn({ kind: type.kind, err: error, ...next }, 'list or watch broke, trying again');
    if (!isOnTo) await this.#pause();
  }

  #pause(): Promise<void> {
    return sleep(this.#options.clock, this.#backOff.nextMs(), this.#turn.signal);
  }

  #selection(): ListOptions {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return {
      ...(namespace ? { namespace } : {}),
      ...(labelSelector ? { labelSelector } : {}),
      ...(fieldSelector ? { fieldSelector } : {}),
    };
  }
}
