import type { WatchEvent } from './cluster.ts';
import { type KubeObject, keyOf, type ObjectKey } from './object.ts';

/**
 * The objects of a streaming list while they come in, kept aside so that no reader of the store sees half a list. What
 * changes meanwhile may be told among them (KEP-3157).
 */
export class InitialEvents<T extends KubeObject> {
  readonly #objects = new Map<ObjectKey, T>();
  readonly #known: (key: ObjectKey) => T | undefined;

  /** `known` is what the store holds: an object that has not changed is not kept twice. */
  constructor(known: (key: ObjectKey) => T | undefined) {
    this.#known = known;
  }

  /** @returns the whole list at the bookmark that ends it, until then undefined. */
  take(event: WatchEvent<T>): { items: T[]; resourceVersion: string } | undefined {
    if (event.type === 'BOOKMARK') {
      if (!event.initialEventsEnd) return undefined;
      return { items: [...this.#objects.values()], resourceVersion: event.resourceVersion };
    }
    const key = keyOf(event.object);
    if (event.type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, this.#sameAsKnown(key, event.object) ?? event.object);
    return undefined;
  }

  #sameAsKnown(key: ObjectKey, { metadata }: T): T | undefined {
    const known = this.#known(key);
    const isSame =
      known?.metadata.uid === metadata.uid && known.metadata.resourceVersion === metadata.resourceVersion;
    return isSame ? known : undefined;
  }
}
