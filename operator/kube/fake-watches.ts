import type { Clock } from './clock.ts';
import type { WatchEvent, WatchOptions } from './cluster.ts';
import { ApiError } from './errors.ts';
import { type FakeStorage, resourceOf, type StoredEvent } from './fake-storage.ts';
import { FakeWatch } from './fake-watch.ts';
import type { KubeObject, ResourceType } from './object.ts';
import { selects } from './selector.ts';

/** The open watches of a fake cluster, and what can go wrong with them. Without a type, all kinds are meant. */
export class FakeWatches {
  readonly #storage: FakeStorage;
  readonly #clock: Clock | undefined;
  readonly #open = new Set<FakeWatch>();
  readonly #drops = new Map<string, number>();
  /**
   * What a watch that is a streaming list gets: all of it; a refusal with 422, as from servers that do not know it; or
   * its objects and no bookmark that ends them, as from aggregated ones that take no notice.
   */
  initialEvents: 'whole' | 'refused' | 'without end' = 'whole';
  #frozen = false;

  constructor(storage: FakeStorage, clock: Clock | undefined) {
    this.#storage = storage;
    this.#clock = clock;
    storage.listen((event) => this.#countDrop(event));
  }

  count(type?: ResourceType): number {
    return this.#of(type).length;
  }

  /** Ends open watches: by `error`, or cleanly as at the end of their time. */
  cut(type?: ResourceType, error?: Error): void {
    for (const watch of this.#of(type)) watch.close(error);
  }

  /** Open watches, and later ones until `thaw`, stay open in silence: half-open connections, a stale view. */
  freeze(type?: ResourceType): void {
    if (!type) this.#frozen = true;
    for (const watch of this.#of(type)) watch.frozen = true;
  }

  /** Frozen watches deliver what they kept. */
  thaw(type?: ResourceType): void {
    if (!type) this.#frozen = false;
    for (const watch of this.#of(type)) watch.thaw();
  }

  /** The next `count` events of this kind reach no watcher. */
  drop(type: ResourceType, count = 1): void {
    this.#drops.set(resourceOf(type), count);
  }

  /** Forgets the history, as etcd does every few minutes: none can start before now, and open ones go on. */
  compact(): void {
    this.#storage.compact();
  }

  /** Compacts the history, and open watches end by a 410 ERROR event. */
  expire(type?: ResourceType): void {
    this.compact();
    for (const watch of this.#of(type)) watch.close(expired(watch.resource));
  }

  /** Sends an event as it is given, old or not: a watch that goes back in time. */
  send(type: ResourceType, event: WatchEvent<KubeObject>): void {
    for (const watch of this.#of(type)) watch.push(event);
  }

  /** Sends bookmarks, as the API server does about once a minute. */
  bookmark(type?: ResourceType): void {
    for (const watch of this.#of(type)) this.#pushBookmark(watch);
  }

  open(type: ResourceType, resourceVersion: string, options: WatchOptions): FakeWatch {
    const initial = options.sendInitialEvents ? this.#initialEvents(type, resourceVersion, options) : [];
    const from = options.sendInitialEvents ? this.#storage.version : BigInt(resourceVersion);
    // A client at the compacted version itself has missed nothing.
    if (from < this.#storage.compactedTo) throw expired(type.kind);
    const cleanups: (() => void)[] = [];
    const watch = new FakeWatch(resourceOf(type), from, () => {
      this.#open.delete(watch);
      for (const cleanup of cleanups) cleanup();
    });
    watch.frozen = this.#frozen;
    for (const event of initial) watch.push(event);
    const deliver = deliverTo(watch, options, (event) => this.#isDropped(event));
    for (const event of this.#storage.history) deliver(event);
    cleanups.push(
      this.#storage.listen(deliver),
      this.#endLater(watch, options),
      endOnAbort(watch, options.signal),
    );
    this.#open.add(watch);
    return watch;
  }

  #initialEvents(type: ResourceType, notOlderThan: string, options: WatchOptions): WatchEvent<KubeObject>[] {
    if (this.initialEvents === 'refused') throw refused(type.kind);
    this.#storage.checkReached(type, 'watch', notOlderThan);
    const objects = this.#storage.list(type).filter(selects(options));
    const events = objects.map((object): WatchEvent<KubeObject> => ({ type: 'ADDED', object }));
    if (this.initialEvents === 'without end') return events;
    return [...events, { ...this.#bookmark(), initialEventsEnd: true } as WatchEvent<KubeObject>];
  }

  #of(type?: ResourceType): FakeWatch[] {
    return [...this.#open].filter(({ resource }) => !type || resource === resourceOf(type));
  }

  /** A bookmark comes just before the time-out, as from the real server. */
  #endLater(watch: FakeWatch, options: WatchOptions): () => void {
    const clock = this.#clock;
    if (!clock) return () => {};
    const timer = clock.setTimeout(() => {
      this.#pushBookmark(watch);
      watch.close();
    }, options.timeoutSeconds * 1000);
    return () => clock.clearTimeout(timer);
  }

  #pushBookmark(watch: FakeWatch): void {
    if (watch.from <= this.#storage.version) watch.push(this.#bookmark());
  }

  #bookmark(): WatchEvent<KubeObject> {
    return { type: 'BOOKMARK', resourceVersion: this.#storage.version.toString(), initialEventsEnd: false };
  }

  readonly #dropped = new WeakSet<StoredEvent>();

  #countDrop(event: StoredEvent): void {
    const left = this.#drops.get(event.resource) ?? 0;
    if (left === 0) return;
    this.#drops.set(event.resource, left - 1);
    this.#dropped.add(event);
  }

  #isDropped(event: StoredEvent): boolean {
    return this.#dropped.has(event);
  }
}

/** Through a selector, an object that starts to match is added and one that ceases to is deleted. */
function deliverTo(watch: FakeWatch, options: WatchOptions, isDropped: (event: StoredEvent) => boolean) {
  const shows = selects(options);
  return (event: StoredEvent): void => {
    // A watch from a version to come is told nothing until then.
    if (event.resource !== watch.resource || event.version <= watch.from || isDropped(event)) return;
    const was = event.old !== undefined && shows(event.old);
    const is = event.type !== 'DELETED' && shows(event.object);
    if (is) watch.push({ type: was ? 'MODIFIED' : 'ADDED', object: event.object });
    else if (was) watch.push({ type: 'DELETED', object: event.object });
  };
}

function endOnAbort(watch: FakeWatch, signal: AbortSignal | undefined): () => void {
  if (!signal) return () => {};
  const end = () => watch.close(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  return () => signal.removeEventListener('abort', end);
}

function expired(kind: string): ApiError {
  return new ApiError(
    { verb: 'watch', kind },
    { code: 410, reason: 'Expired', message: 'too old resource version' },
  );
}

function refused(kind: string): ApiError {
  const message = 'sendInitialEvents: Forbidden: the server does not know it';
  return new ApiError({ verb: 'watch', kind }, { code: 422, reason: 'Invalid', message });
}
