import { readFile } from 'node:fs/promises';
import type { Clock } from './clock.ts';

/**
 * A file that others replace while we run: a projected token, a rotated certificate. Read again once it is older than
 * `maxAgeMs`; when that fails (a rotation half done) the last content goes on serving.
 */
export class CredentialFile {
  readonly #path: string;
  readonly #field: string;
  readonly #maxAgeMs: number;
  readonly #clock: Clock;
  #content: string | undefined;
  #readAt = 0;

  /** `field` names where the path came from, for the error message. */
  constructor(options: { path: string; field: string; maxAgeMs: number; clock: Clock }) {
    this.#path = options.path;
    this.#field = options.field;
    this.#maxAgeMs = options.maxAgeMs;
    this.#clock = options.clock;
  }

  /** @throws Error naming field and path when it never could be read. */
  async read(): Promise<string> {
    if (this.#content !== undefined && this.#clock.now() - this.#readAt < this.#maxAgeMs)
      return this.#content;
    try {
      this.#content = await readFile(this.#path, 'utf8');
      this.#readAt = this.#clock.now();
    } catch (error) {
      if (this.#content === undefined) throw unreadable(this.#field, this.#path, error);
    }
    return this.#content ?? '';
  }

  /** The next read goes to the file: the server refused what we have. */
  invalidate(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }
}

export function unreadable(field: string, path: string, cause: unknown): Error {
  const missing = (cause as { code?: string }).code === 'ENOENT';
  const why = missing ? 'there is no such file' : messageOf(cause);
  return new Error(`${field}: cannot read ${path}: ${why}`, { cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
