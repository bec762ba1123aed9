import type { Clock } from './clock.ts';
import type { KubeObject, ObjectKey } from './object.ts';
import { compareResourceVersions } from './resource-version.ts';
import type { Store } from './store.ts';

// biome-ignore lint/suspicious/noExplicitAny: stores of all kinds are asked for their version only
type AnyStore = Store<any>;

interface Expected {
  resourceVersion: string;
  since: number;
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

  /** `store` is to reach the version of `object` before `key` is reconciled again. */
  expect(key: ObjectKey, store: AnyStore, object: KubeObject): void {
    const { resourceVersion } = object.metadata;
    const ofKey = this.#byKey.get(key) ?? new Map<AnyStore, Expected>();
    const known = ofKey.get(store);
    if (known && compareResourceVersions(known.resourceVersion, resourceVersion) >= 0) return;
    ofKey.set(store, { resourceVersion, since: this.#clock.now() });
    this.#byKey.set(key, ofKey);
  }

  /** Whether the caches have seen all that was written for `key`. */
  areMet(key: ObjectKey): boolean {
    const ofKey = this.#byKey.get(key);
    if (!ofKey) return true;
    for (const [store, expected] of ofKey) {
      const isOver = this.#clock.now() - expected.since >= patienceMs;
      if (!isOver && !store.hasReached(expected.resourceVersion)) return false;
    }
    this.#byKey.delete(key);
    return true;
  }

  clear(): void {
    this.#byKey.clear();
  }
}
