import { hash } from 'node:crypto';

/**
 * A pure function of long texts that remembers its results for the `limit` texts it was last asked for. It keeps digests
 * in place of the texts, which would take several times the memory of what is read from them. Results are shared, so
 * they are frozen all the way down; what the function throws is not remembered.
 */
export class TextMemo<R> {
  readonly #read: (text: string) => R;
  readonly #limit: number;
  /** By digest; the one that was asked for longest ago is first. */
  readonly #results = new Map<string, R>();

  constructor(read: (text: string) => R, limit: number) {
    this.#read = read;
    this.#limit = limit;
  }

  of(text: string): R {
    const digest = hash('sha256', text, 'base64');
    const result = this.#results.get(digest) ?? this.#readAnew(text);
    this.#results.delete(digest);
    this.#results.set(digest, result);
    if (this.#results.size > this.#limit) this.#forgetOldest();
    return result;
  }

  /** Copied, as a part of a text keeps the whole text in V8's memory. */
  #readAnew(text: string): R {
    return frozen(structuredClone(this.#read(text)));
  }

  #forgetOldest(): void {
    const [oldest] = this.#results.keys();
    if (oldest !== undefined) this.#results.delete(oldest);
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
