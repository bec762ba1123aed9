import { type KubeObject, keyOf, type ObjectKey } from './object.ts';
import { compareResourceVersions } from './resource-version.ts';
import { StoreIndex } from './store-index.ts';

/** `old` is there for updates; `fromList` tells a change found by listing from one that a watch delivered. */
export type Change<T> =
  | { type: 'added'; object: T; fromList: boolean }
  | { type: 'updated'; object: T; old: T; fromList: boolean }
  | { type: 'deleted'; object: T; fromList: boolean };

export type ChangeHandler<T> = (change: Change<T>) => void;

/**
 * What the API server holds of one kind, as far as its reflector has seen it. Objects are frozen all the way down:
 * copy before changing. Never goes back in time: what is older than the store is left out.
 */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<ObjectKey, T>();
  readonly #indexes = new Map<string, StoreIndex<T>>();
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #onHandlerError: (error: unknown) => void;
  #resourceVersion: string | undefined;

  /** `onHandlerError` hears what a subscriber threw; the store and the other subscribers go on. */
  constructor(options: { onHandlerError?: (error: unknown) => void } = {}) {
    this.#onHandlerError = options.onHandlerError ?? (() => {});
  }

  /** The newest version seen, bookmarks included: every write up to it is in the store. Undefined before the first list. */
  get resourceVersion(): string | undefined {
    return this.#resourceVersion;
  }

  /** Whether all writes up to `resourceVersion` are in the store. */
  hasReached(resourceVersion: string): boolean {
    return (
      this.#resourceVersion !== undefined &&
      compareResourceVersions(this.#resourceVersion, resourceVersion) >= 0
    );
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  /** Keeps objects findable by the values that `valuesOf` gives. @throws Error when the name is taken. */
  addIndexer(name: string, valuesOf: (object: T) => readonly string[]): void {
    if (this.#indexes.has(name)) throw new Error(`the store has an indexer "${name}" already`);
    const index = new StoreIndex(valuesOf);
    for (const [key, object] of this.#objects) index.update(key, undefined, object);
    this.#indexes.set(name, index);
  }

  /** @throws Error when there is no indexer of that name. */
  byIndex(name: string, value: string): T[] {
    return this.#index(name).get(value);
  }

  /** How many there are. @throws as `byIndex` does */
  countByIndex(name: string, value: string): number {
    return this.#index(name).count(value);
  }

  /** Calls `handler` after each change; returns what ends that. */
  subscribe(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Takes in a watch event; one older than the store is ignored. */
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const version = object.metadata.resourceVersion;
    if (this.#isOld(object)) return;
    this.#resourceVersion = version;
    if (type === 'DELETED') this.#remove(keyOf(object), deepFreeze(object), false);
    else this.#put(object, false);
  }

  /** A watch's bookmark: nothing changed up to this version. */
  advance(resourceVersion: string): void {
    if (!this.hasReached(resourceVersion)) this.#resourceVersion = resourceVersion;
  }

  /**
   * Takes in a full list. It comes from a consistent read, so it is right even when its version is lower, as after
   * a restore of etcd.
   */
  replace(items: readonly T[], resourceVersion: string): void {
    this.#resourceVersion = resourceVersion;
    const present = new Set(items.map(keyOf));
    for (const [key, object] of [...this.#objects]) {
      if (!present.has(key)) this.#remove(key, object, true);
    }
    for (const object of items) this.#put(object, true);
  }

  #index(name: string): StoreIndex<T> {
    const index = this.#indexes.get(name);
    if (!index) throw new Error(`the store has no indexer "${name}": add it by addIndexer`);
    return index;
  }

  #isOld(object: T): boolean {
    if (this.#resourceVersion === undefined) return false;
    const age = compareResourceVersions(object.metadata.resourceVersion, this.#resourceVersion);
    if (age !== 0) return age < 0;
    return this.#objects.get(keyOf(object))?.metadata.resourceVersion === this.#resourceVersion;
  }

  #put(object: T, fromList: boolean): void {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (old && old.metadata.uid === object.metadata.uid) {
      if (old.metadata.resourceVersion === object.metadata.resourceVersion) return;
      this.#set(key, old, deepFreeze(object));
      this.#emit({ type: 'updated', object, old, fromList });
      return;
    }
    // Deleted and made anew unseen: handlers that key outside state by uid must hear of both.
    if (old) this.#remove(key, old, fromList);
    this.#set(key, undefined, deepFreeze(object));
    this.#emit({ type: 'added', object, fromList });
  }

  #remove(key: ObjectKey, object: T, fromList: boolean): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#set(key, old, undefined);
    this.#emit({ type: 'deleted', object, fromList });
  }

  #set(key: ObjectKey, old: T | undefined, object: T | undefined): void {
    if (object) this.#objects.set(key, object);
    else this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.update(key, old, object);
  }

  #emit(change: Change<T>): void {
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        this.#onHandlerError(error);
      }
    }
  }
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
