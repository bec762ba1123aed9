import type { WatchEvent } from './cluster.ts';
import type { KubeObject } from './object.ts';

/** One open watch: events queue up until the reader takes them, or until the watch is frozen no more. */
export class FakeWatch implements AsyncIterable<WatchEvent<KubeObject>> {
  readonly resource: string;
  /** Only what is newer is told. */
  readonly from: bigint;
  /** A frozen watch is open and silent, as behind a half-open connection; its events are kept. */
  frozen = false;
  readonly #buffer: WatchEvent<KubeObject>[] = [];
  readonly #onClose: () => void;
  #end: { error?: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(resource: string, from: bigint, onClose: () => void) {
    this.resource = resource;
    this.from = from;
    this.#onClose = onClose;
  }

  push(event: WatchEvent<KubeObject>): void {
    this.#buffer.push(event);
    this.#wake();
  }

  /** Ends the watch after what is buffered; with an error if one is given. */
  close(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  thaw(): void {
    this.frozen = false;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent<KubeObject>> {
    try {
      for (;;) {
        const event = this.frozen ? undefined : this.#buffer.shift();
        if (event) yield structuredClone(event);
        else if (this.#end && (!this.frozen || 'error' in this.#end)) break;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      if (this.#end && 'error' in this.#end) throw this.#end.error;
    } finally {
      this.#onClose();
    }
  }
}
