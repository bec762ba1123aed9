import type { Journal } from '../engine/journal.ts';
import type { Allowance, FailoverOptions, SpareHost } from './failover.ts';
import { Sources } from './sources.ts';

/** A VM that looks for a place in case its own domain fails. */
export interface Seeker {
  id: string;
  domain: number;
  sizes: Float64Array;
  /** Domains in which it has a place already, or is. */
  taken: ReadonlySet<number>;
  /** Where rules let it be: asked only where it has room. */
  allows: () => Allowance;
}

export const noRoom = -1;
export const notAllowed = -2;

/** Places among which the best is taken, where there are more; a look at all hosts would cost more than it gains. */
const enough = 32;

interface Place {
  row: number;
  /** How much more would have to be kept free there. */
  more: number;
}

/** The hosts as rows: what each may carry, carries, and keeps free for others' failures. Where they change, it can be taken back. */
export class SpareHosts {
  readonly #failures: number;
  readonly #dimensions: number;
  readonly #rows = new Map<string, number>();
  readonly #journal: Journal;
  /** As they were told; undefined of a row without host. */
  readonly #told: (SpareHost | undefined)[] = [];
  readonly #domains = new Map<string, number>();
  readonly #domainOf: number[] = [];
  readonly #takesVms: boolean[] = [];
  readonly #limits: Float64Array[] = [];
  /** By dimension and row, what its own VMs leave of the host; a column each, as most searches read nothing else. */
  readonly #rooms: Float64Array[];
  readonly #sources: Sources[] = [];
  readonly #free: number[] = [];
  /** The largest limit of a host so far, by dimension: by this amounts of different dimensions are compared. */
  readonly #scales: Float64Array;

  constructor({ failures, dimensions }: FailoverOptions, journal: Journal) {
    this.#journal = journal;
    this.#failures = failures;
    this.#dimensions = dimensions;
    this.#scales = new Float64Array(dimensions).fill(1);
    this.#rooms = Array.from({ length: dimensions }, () => new Float64Array(64));
  }

  get count(): number {
    return this.#rows.size;
  }

  rowOf(name: string): number | undefined {
    return this.#rows.get(name);
  }

  /** Of those hosts that are there. */
  rowsOf(names: Iterable<string>): number[] {
    return [...names].flatMap((name) => this.#rows.get(name) ?? []);
  }

  nameOf(row: number): string {
    return this.#told[row]?.name ?? '';
  }

  /** -1 for a row without host, which is in nobody's domain. */
  domainOf(row: number): number {
    return this.#domainOf[row] ?? -1;
  }

  isIn(row: number, domain: string): boolean {
    return this.#told[row]?.domain === domain;
  }

  isAlike(row: number, { domain, limits, takesVms }: SpareHost): boolean {
    const amounts = this.#limits[row];
    const isAsLarge = amounts?.every((amount, d) => amount === Math.max(0, limits[d] || 0));
    return isAsLarge === true && this.#takesVms[row] === takesVms && this.isIn(row, domain);
  }

  /** What is left there beside what is kept free, by dimension; below 0 where there is too little already. */
  spare(row: number): number[] {
    const sources = this.sources(row);
    return Array.from({ length: this.#dimensions }, (_, d) => this.#room(row, d) - sources.kept(d));
  }

  hasSpare(row: number, sizes: readonly number[]): boolean {
    const sources = this.sources(row);
    return sizes.every((size, d) => size <= this.#room(row, d) - sources.kept(d));
  }

  rows(): number[] {
    return [...this.#rows.values()];
  }

  /** All, beginning where a search for this VM begins. */
  rowsFor({ id }: Seeker): number[] {
    const rows = this.rows();
    const start = rows.length === 0 ? 0 : hash(id) % rows.length;
    return [...rows.slice(start), ...rows.slice(0, start)];
  }

  upsert(host: SpareHost): number {
    const { name, domain, limits, takesVms } = host;
    const row = this.#rows.get(name) ?? this.#newRow(name);
    const [before, scales] = [this.#told[row], [...this.#scales]];
    this.#journal.note(() => {
      if (before) this.upsert(before);
      else this.remove(name);
      this.#scales.set(scales);
    });
    this.#told[row] = host;
    if (!this.#domains.has(domain)) this.#domains.set(domain, this.#domains.size);
    this.#domainOf[row] = this.#domains.get(domain) ?? -1;
    this.#takesVms[row] = takesVms;
    // What is not a number is no room.
    const amounts = Float64Array.from({ length: this.#dimensions }, (_, d) => Math.max(0, limits[d] || 0));
    amounts.forEach((amount, d) => {
      this.#addRoom(row, d, amount - (this.#limits[row]?.[d] ?? 0));
      this.#scales[d] = Math.max(this.scale(d), amount);
    });
    this.#limits[row] = amounts;
    return row;
  }

  /** Its guests must have been sent away before, and its VMs have left it. */
  remove(name: string): void {
    const row = this.#rows.get(name);
    const before = row === undefined ? undefined : this.#told[row];
    if (row === undefined || !before) return;
    this.#journal.note(() => this.upsert(before));
    this.#rows.delete(name);
    this.#told[row] = undefined;
    this.#domainOf[row] = -1;
    this.#takesVms[row] = false;
    this.#free.push(row);
  }

  occupy(row: number, sizes: Float64Array, sign: 1 | -1): void {
    this.#journal.note(() => this.occupy(row, sizes, sign === 1 ? -1 : 1));
    for (let d = 0; d < sizes.length; d++) this.#addRoom(row, d, -sign * (sizes[d] ?? 0));
  }

  sources(row: number): Sources {
    const sources = this.#sources[row];
    if (!sources) throw new RangeError(`there is no row ${row}`);
    return sources;
  }

  scale(dimension: number): number {
    return this.#scales[dimension] ?? 1;
  }

  keptInAll(dimension: number): number {
    return this.rows().reduce((sum, row) => sum + this.sources(row).kept(dimension), 0);
  }

  /** A dimension in which the host could not take what it would have to, if there is one; not where it is to take nothing. */
  tooFull(row: number): number | undefined {
    for (let d = 0; d < this.#dimensions; d++) {
      const kept = this.sources(row).kept(d);
      if (kept > 0 && kept > this.#room(row, d)) return d;
    }
    return undefined;
  }

  /**
   * Among these rows, by default all, one that adds little to what is kept free. A negative number when there is none:
   * `noRoom` wherever it may go, or `notAllowed` wherever there is room.
   */
  find(seeker: Seeker, rows?: readonly number[]): number {
    const count = rows ? rows.length : this.#told.length;
    // VMs begin at different rows, or all would look at the same full ones first.
    const start = count === 0 ? 0 : hash(seeker.id) % count;
    let places: Place[] = [];
    let none = noRoom;
    for (let step = 0; step < count; step++) {
      const index = (start + step) % count;
      const row = rows ? (rows[index] ?? -1) : index;
      const more = this.#cost(row, seeker);
      if (more === undefined) continue;
      none = notAllowed;
      if (more === 0 && seeker.allows().has(this.nameOf(row))) return row;
      if (more > 0) places.push({ row, more });
      if (places.length < enough) continue;
      const best = this.#best(places, seeker);
      if (best !== undefined) return best;
      places = [];
    }
    return this.#best(places, seeker) ?? none;
  }

  /** Whether no host that takes VMs has so much beside what its own VMs have, whoever asks. */
  isTooLarge(sizes: Float64Array): boolean {
    return !this.rows().some(
      (row) => this.#takesVms[row] && sizes.every((size, d) => size <= this.#room(row, d)),
    );
  }

  /** What is allowed costs the most to find out, so it is asked last. */
  #best(places: Place[], { allows }: Seeker): number | undefined {
    places.sort((a, b) => a.more - b.more || a.row - b.row);
    return places.find(({ row }) => allows().has(this.nameOf(row)))?.row;
  }

  /** Whether the seeker would have room there if nobody else counted on the host. */
  isOpenTo(row: number, { sizes, taken }: Seeker): boolean {
    if (!this.#takesVms[row] || taken.has(this.domainOf(row))) return false;
    for (let d = 0; d < this.#dimensions; d++) {
      if ((sizes[d] ?? 0) > this.#room(row, d)) return false;
    }
    return true;
  }

  /** Whether it has room there beside those who count on the host. */
  fits(row: number, seeker: Seeker): boolean {
    return this.#cost(row, seeker) !== undefined;
  }

  /** How large it is: of each dimension, what part of the largest host, added up. */
  shareOf(sizes: Float64Array): number {
    return sizes.reduce((sum, amount, d) => sum + amount / this.scale(d), 0);
  }

  /** How much more has to be kept free there, as a share of a host; undefined where the seeker cannot go. */
  #cost(row: number, seeker: Seeker): number | undefined {
    if (!this.isOpenTo(row, seeker)) return undefined;
    const { domain, sizes } = seeker;
    const sources = this.sources(row);
    let more = 0;
    for (let d = 0; d < this.#dimensions; d++) {
      const kept = sources.keptWith(domain, d, sizes[d] ?? 0);
      if (kept > this.#room(row, d)) return undefined;
      more += (kept - sources.kept(d)) / this.scale(d);
    }
    return more;
  }

  #room(row: number, dimension: number): number {
    return this.#rooms[dimension]?.[row] ?? 0;
  }

  #addRoom(row: number, dimension: number, amount: number): void {
    const column = this.#rooms[dimension];
    if (column) column[row] = (column[row] ?? 0) + amount;
  }

  #newRow(name: string): number {
    const row = this.#free.pop() ?? this.#told.length;
    this.#rows.set(name, row);
    this.#limits[row] = new Float64Array(this.#dimensions);
    for (const [d, column] of this.#rooms.entries()) {
      const longer = row < column.length ? column : twiceAsLong(column);
      longer[row] = 0;
      this.#rooms[d] = longer;
    }
    this.#sources[row] = new Sources(this.#failures, this.#dimensions);
    return row;
  }
}

function twiceAsLong(column: Float64Array): Float64Array {
  const longer = new Float64Array(column.length * 2);
  longer.set(column);
  return longer;
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
