export interface EventQueueOptions<T> {
  /** The most events that may wait. */
  limit: number;
  /** Takes the place of all that waited when there was no room for more. */
  overflow: () => T;
  /** The reader has gone, or the source has ended. */
  onEnd?: (() => void) | undefined;
}

/**
 * Events between who makes them and one who reads them, in order. A reader that falls behind does not cost memory
 * without bound: what waits is let go, and it is told so in its place.
 */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #options: EventQueueOptions<T>;
  #waiting: T[] = [];
  readonly #readers: PromiseWithResolvers<IteratorResult<T, undefined>>[] = [];
  #ended: { error: Error | undefined } | undefined;

  constructor(options: EventQueueOptions<T>) {
    this.#options = options;
  }

  push(event: T): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) {
      reader.resolve({ done: false, value: event });
      return;
    }
    if (this.#waiting.length >= this.#options.limit) this.#waiting = [this.#options.overflow()];
    this.#waiting.push(event);
  }

  /** Nothing more will come; what waits can still be read, then the reader gets `error`, if there is one. */
  end(error?: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = { error };
    this.#options.onEnd?.();
    for (const reader of this.#readers.splice(0)) this.#settle(reader);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const reader = Promise.withResolvers<IteratorResult<T, undefined>>();
    if (this.#waiting.length > 0 || this.#ended) this.#settle(reader);
    else this.#readers.push(reader);
    return reader.promise;
  }

  /** The reader leaves, as `break` in a loop does. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#waiting = [];
    this.end();
    this.#ended = { error: undefined };
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #settle(reader: PromiseWithResolvers<IteratorResult<T, undefined>>): void {
    const [event] = this.#waiting.splice(0, 1);
    if (event !== undefined) reader.resolve({ done: false, value: event });
    else this.#settleEnd(reader);
  }

  /** An error is thrown once, as by any iterator. */
  #settleEnd(reader: PromiseWithResolvers<IteratorResult<T, undefined>>): void {
    const error = this.#ended?.error;
    this.#ended = { error: undefined };
    if (error) reader.reject(error);
    else reader.resolve({ done: true, value: undefined });
  }
}
