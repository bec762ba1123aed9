/** A bounded cache by key: beyond `limit` the entry not asked for the longest makes way. */
export class RecentlyUsed<T> {
  readonly #entries = new Map<string, T>();
  readonly #limit: number;
  readonly #onForget: ((value: T) => void) | undefined;
  /** The entry asked for last, which most are asked for again at once. */
  #last: { key: string; value: T } | undefined;

  constructor(limit: number, onForget?: (value: T) => void) {
    this.#limit = limit;
    this.#onForget = onForget;
  }

  values(): Iterable<T> {
    return this.#entries.values();
  }

  /** The entry, made if there is none. */
  get(key: string, make: () => T): T {
    if (this.#last?.key === key) return this.#last.value;
    const found = this.#entries.get(key);
    if (found === undefined) return this.#add(key, make());
    // Taken out and put in again: a Map keeps insertion order, so its first key is the one unused for the longest.
    this.#entries.delete(key);
    this.#entries.set(key, found);
    this.#last = { key, value: found };
    return found;
  }

  #add(key: string, value: T): T {
    this.#entries.set(key, value);
    this.#last = { key, value };
    if (this.#entries.size > this.#limit) this.#forgetOldest();
    return value;
  }

  #forgetOldest(): void {
    for (const [key, value] of this.#entries) {
      this.#entries.delete(key);
      this.#onForget?.(value);
      return;
    }
  }
}
