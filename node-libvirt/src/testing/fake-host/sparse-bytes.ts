const pageBytes = 64 * 1024;
const emptyPage = Buffer.alloc(pageBytes);

/** Bytes of a file, of which only the pages that were written take memory; the rest are zeros. */
export class SparseBytes {
  readonly #pages = new Map<number, Buffer>();

  /** Memory that is taken, in bytes. */
  get allocated(): number {
    return this.#pages.size * pageBytes;
  }

  write(offset: number, data: Uint8Array): void {
    for (let done = 0; done < data.length; ) {
      const inPage = (offset + done) % pageBytes;
      const piece = data.subarray(done, done + pageBytes - inPage);
      this.#page((offset + done - inPage) / pageBytes).set(piece, inPage);
      done += piece.length;
    }
  }

  read(offset: number, length: number): Buffer {
    const data = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const inPage = (offset + done) % pageBytes;
      const page = this.#pages.get((offset + done - inPage) / pageBytes) ?? emptyPage;
      done += page.copy(data, done, inPage, Math.min(pageBytes, inPage + length - done));
    }
    return data;
  }

  copy(): SparseBytes {
    const other = new SparseBytes();
    for (const [number, page] of this.#pages) other.#pages.set(number, Buffer.from(page));
    return other;
  }

  #page(number: number): Buffer {
    const known = this.#pages.get(number);
    if (known) return known;
    const page = Buffer.alloc(pageBytes);
    this.#pages.set(number, page);
    return page;
  }
}
