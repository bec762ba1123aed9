import type { Clock } from './clock.ts';
import { type KubeObject, keyOf, type ObjectKey } from './object.ts';
import { compareResourceVersions } from './resource-version.ts';
import type { Store } from './store.ts';

// biome-ignore lint/suspicious/noExplicitAny: stores of all kinds are asked for their version only
type AnyStore = Store<any>;

interface Expected {
  resourceVersion: string;
  since: number;
  /** Uids by key of objects that went with the write that let them go: its answer has a version from before that. */
  leaving: Map<ObjectKey, string>;
}

/**
 * Longest time a key is held back, in milliseconds. Far above what a watch needs to notice that it is dead; it only
 * ends the wait for a version that never comes, as after a restore of etcd.
 */
const patienceMs = 600_000;

/**
 * The stale-cache guard: what each key's reconciles wrote and its caches have yet to see. A reconcile on an older cache
 * would act on a world without its own last writes and, for one, create a second time.
 */
export class Expectations {
  readonly #clock: Clock;
  readonly #byKey = new Map<ObjectKey, Map<AnyStore, Expected>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `store` is to reach the version of `object`, or to see it gone, before `key` is reconciled again. */
  expect(key: ObjectKey, store: AnyStore, object: KubeObject): void {
    const { resourceVersion, uid } = object.metadata;
    const ofKey = this.#byKey.get(key) ?? new Map<AnyStore, Expected>();
    const known = ofKey.get(store) ?? { resourceVersion, since: this.#clock.now(), leaving: new Map() };
    if (compareResourceVersions(known.resourceVersion, resourceVersion) < 0) {
      known.resourceVersion = resourceVersion;
      known.since = this.#clock.now();
    }
    if (wasLetGo(object)) known.leaving.set(keyOf(object), uid);
    ofKey.set(store, known);
    this.#byKey.set(key, ofKey);
  }

  /** Whether the caches have seen all that was written for `key`. */
  areMet(key: ObjectKey): boolean {
    const ofKey = this.#byKey.get(key);
    if (!ofKey) return true;
    for (const [store, expected] of ofKey) {
      const isOver = this.#clock.now() - expected.since >= patienceMs;
      if (!isOver && !isSeen(store, expected)) return false;
    }
    this.#byKey.delete(key);
    return true;
  }

  clear(): void {
    this.#byKey.clear();
  }
}

function isSeen(store: AnyStore, { resourceVersion, leaving }: Expected): boolean {
  const isThere = ([key, uid]: [ObjectKey, string]) => store.get(key)?.metadata.uid === uid;
  return store.hasReached(resourceVersion) && ![...leaving].some(isThere);
}

/** The API server removes it with its last finalizer. */
function wasLetGo({ metadata: { deletionTimestamp, finalizers = [] } }: KubeObject): boolean {
  return deletionTimestamp !== undefined && finalizers.length === 0;
}
