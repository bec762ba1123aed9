import type { WatchEvent } from './cluster.ts';
import { type KubeObject, keyOf, type ObjectKey } from './object.ts';

/**
 * The objects of a streaming list while they come in, kept aside so that no reader of the store sees half a list. What
 * changes meanwhile may be told among them (KEP-3157).
 */
export class InitialEvents<T extends KubeObject> {
  readonly #objects = new Map<ObjectKey, T>();

  /** @returns the whole list at the bookmark that ends it, until then undefined. */
  take(event: WatchEvent<T>): { items: T[]; resourceVersion: string } | undefined {
    if (event.type === 'BOOKMARK') {
      if (!event.initialEventsEnd) return undefined;
      return { items: [...this.#objects.values()], resourceVersion: event.resourceVersion };
    }
    if (event.type === 'DELETED') this.#objects.delete(keyOf(event.object));
    else this.#objects.set(keyOf(event.object), event.object);
    return undefined;
  }
}
