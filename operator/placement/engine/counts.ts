/** Below this many entries a count is searched for; a table would take more memory than it saves time. */
const alwaysSparse = 16;

/** A table is made once it has no more than so many cells for each entry. */
const cellsPerEntry = 64;

/**
 * How many there are, by a small whole number (a row, a domain). Few entries are kept as a list, many as a table, so that
 * ten thousand groups of ten VMs take little memory, and a group of ten thousand takes little time.
 */
export class Counts {
  /** Sum of all counts. */
  total = 0;
  /** How many numbers have a count. */
  size = 0;
  #keys = new Int32Array(4);
  #values = new Int32Array(4);
  #largestKey = 0;
  #table: Int32Array | undefined;

  get(key: number): number {
    if (this.#table) return this.#table[key] ?? 0;
    const at = this.#find(key);
    return at < 0 ? 0 : (this.#values[at] as number);
  }

  add(key: number, amount: number): void {
    this.total += amount;
    if (this.#table) this.#addToTable(this.#table, key, amount);
    else this.#addToList(key, amount);
  }

  forEach(visit: (key: number, count: number) => void): void {
    const table = this.#table;
    if (table) {
      for (let key = 0; key < table.length; key++) if (table[key]) visit(key, table[key] as number);
    } else {
      for (let at = 0; at < this.size; at++) visit(this.#keys[at] as number, this.#values[at] as number);
    }
  }

  /**
   * All counts as a table that is at least as long as `scratch`, which is zeros and may become that table, with `ofNone`
   * in place 0. Give it back by `giveBack` before the next change.
   */
  lend(scratch: Int32Array, ofNone = 0): Int32Array {
    const table = this.#table ?? scratch;
    if (this.#table) {
      if (table.length < scratch.length) this.#table = grown(table, scratch.length);
    } else {
      for (let at = 0; at < this.size; at++) table[this.#keys[at] as number] = this.#values[at] as number;
    }
    (this.#table ?? table)[0] = ofNone;
    return this.#table ?? table;
  }

  giveBack(table: Int32Array): void {
    table[0] = 0;
    if (table === this.#table) return;
    for (let at = 0; at < this.size; at++) table[this.#keys[at] as number] = 0;
  }

  /** Memory taken, about. */
  get bytes(): number {
    return 160 + 8 * this.#keys.length + 4 * (this.#table?.length ?? 0);
  }

  #find(key: number): number {
    const keys = this.#keys;
    for (let at = 0; at < this.size; at++) if (keys[at] === key) return at;
    return -1;
  }

  #addToList(key: number, amount: number): void {
    const at = this.#find(key);
    if (at < 0) this.#append(key, amount);
    else if (this.#values[at] === -amount) this.#drop(at);
    else (this.#values[at] as number) += amount;
  }

  #append(key: number, amount: number): void {
    if (amount === 0) return;
    this.#largestKey = Math.max(this.#largestKey, key);
    if (this.size >= alwaysSparse && this.#largestKey < this.size * cellsPerEntry) {
      this.#addToTable(this.#makeTable(), key, amount);
      return;
    }
    if (this.size === this.#keys.length) {
      this.#keys = grown(this.#keys, 2 * this.size);
      this.#values = grown(this.#values, 2 * this.size);
    }
    this.#keys[this.size] = key;
    this.#values[this.size] = amount;
    this.size += 1;
  }

  #drop(at: number): void {
    this.size -= 1;
    this.#keys[at] = this.#keys[this.size] as number;
    this.#values[at] = this.#values[this.size] as number;
  }

  #makeTable(): Int32Array {
    const table = new Int32Array(this.#largestKey + 1);
    for (let at = 0; at < this.size; at++) table[this.#keys[at] as number] = this.#values[at] as number;
    this.#keys = this.#values = new Int32Array(0);
    this.#table = table;
    return table;
  }

  #addToTable(table: Int32Array, key: number, amount: number): void {
    if (key >= table.length) {
      this.#table = grown(table, Math.max(key + 1, 2 * table.length));
      this.#addToTable(this.#table, key, amount);
      return;
    }
    const before = table[key] as number;
    table[key] = before + amount;
    if (before === 0) this.size += 1;
    if (before + amount === 0) this.size -= 1;
  }
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(array);
  return longer;
}
