import type { HostState } from '../model/host.ts';
import type { Labels } from '../model/selector.ts';
import { Cells } from './cells.ts';
import { Dimensions } from './dimensions.ts';
import { Hints } from './hints.ts';
import { sameLists, sameRecords } from './same.ts';
import { hashOf } from './tie-break.ts';
import { Topologies, type Topology } from './topologies.ts';

const noLimits = Object.freeze({});

/**
 * Hosts as rows of columns. A row is a host that is known, or one of which only VMs are known; when neither is left, it is
 * used again for another host. No decision depends on which row a host has.
 */
export class HostTable {
  capacity = 64;
  readonly dimensions = new Dimensions(this.capacity);
  readonly cells = new Cells(this.capacity);
  readonly hints = new Hints(this.capacity);
  /** 1 where VMs may start. */
  available = new Uint8Array(this.capacity);
  /** For breaking ties. */
  hashes = new Int32Array(this.capacity);
  /** The version in which the row's labels, taints or offers were last changed. */
  changedIn = new Float64Array(this.capacity);
  /** Goes up with each change that bears on which hosts a VM may use at all, whatever room they have. */
  version = 1;
  readonly #topologies = new Topologies();
  readonly #rows = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #states: (HostState | undefined)[] = [];
  readonly #unused: number[] = [];
  /** Made when asked for, and dropped when hosts come, go or change pools. */
  readonly #byName = new Map<string, Int32Array>();
  readonly #pools = new Map<string, Set<number>>();

  upsert(host: HostState): void {
    const row = this.rowFor(host.name);
    const before = this.#states[row];
    if (before === host) return;
    this.#states[row] = host;
    this.#seePool(row, before?.pool, host.pool);
    this.#seeLimits(row, before, host);
    this.#seeAvailability(row, before, host.available);
    this.#seeTraits(row, before, host);
  }

  /** The row stays while VMs hold it: a host may come back, and what runs there goes on counting. */
  remove(name: string): void {
    const row = this.#rows.get(name);
    const before = row === undefined ? undefined : this.#states[row];
    if (row === undefined || !before) return;
    this.#states[row] = undefined;
    this.#seePool(row, before.pool, undefined);
    this.dimensions.setLimits(row, before.limits, noLimits);
    if (before.cells) this.cells.setLimits(row, undefined);
    this.available[row] = 0;
    this.hints.set(row, {});
    this.#topologies.assign(row, undefined);
    this.#changed(row);
  }

  /** The host's row, made if there is none. */
  rowFor(name: string): number {
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const row = this.#unused.pop() ?? this.#names.length;
    if (row === this.capacity) this.#grow();
    this.#rows.set(name, row);
    this.#names[row] = name;
    this.hashes[row] = hashOf(name);
    return row;
  }

  /** Gives the row back if the host is not known; for when no VM holds it. */
  release(row: number): void {
    if (this.#states[row]) return;
    this.#rows.delete(this.name(row));
    this.#names[row] = '';
    this.#unused.push(row);
  }

  row(name: string): number | undefined {
    return this.#rows.get(name);
  }

  name(row: number): string {
    return this.#names[row] as string;
  }

  state(row: number): HostState | undefined {
    return this.#states[row];
  }

  /** The rows of the pool's hosts, in no order. */
  rowsOf(pool: string): ReadonlySet<number> {
    return this.#pools.get(pool) ?? new Set();
  }

  /** The rows of the pool's hosts by their names; not to be changed. */
  rowsByName(pool: string): Int32Array {
    const known = this.#byName.get(pool);
    if (known) return known;
    const rows = Int32Array.from(this.rowsOf(pool));
    const names = this.#names;
    const sorted = rows.sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1));
    this.#byName.set(pool, sorted);
    return sorted;
  }

  topology(key: string): Topology {
    return this.#topologies.get(key, () => this.#labels(), this.capacity);
  }

  *#labels(): Iterable<[number, Labels]> {
    for (const [row, state] of this.#states.entries()) if (state) yield [row, state.labels];
  }

  #seePool(row: number, before: string | undefined, after: string | undefined): void {
    if (before === after) return;
    this.#byName.clear();
    if (before !== undefined) {
      const rows = this.#pools.get(before);
      rows?.delete(row);
      if (rows?.size === 0) this.#pools.delete(before);
    }
    if (after !== undefined) {
      const rows = this.#pools.get(after);
      if (rows) rows.add(row);
      else this.#pools.set(after, new Set([row]));
    }
    this.version += 1;
  }

  #seeLimits(row: number, before: HostState | undefined, { limits, cells }: HostState): void {
    if (!sameLists(before?.cells, cells)) this.cells.setLimits(row, cells);
    if (before && sameRecords(before.limits, limits)) return;
    this.dimensions.setLimits(row, before?.limits ?? noLimits, limits);
  }

  #seeAvailability(row: number, before: HostState | undefined, { yes }: HostState['available']): void {
    if (before?.available.yes === yes) return;
    this.available[row] = yes ? 1 : 0;
    this.version += 1;
  }

  #seeTraits(row: number, before: HostState | undefined, host: HostState): void {
    const areSame =
      before &&
      sameRecords(before.labels, host.labels) &&
      sameLists(before.offers, host.offers) &&
      sameLists(before.taints, host.taints);
    if (areSame) return;
    this.#topologies.assign(row, host.labels);
    this.#changed(row);
  }

  #changed(row: number): void {
    this.version += 1;
    this.changedIn[row] = this.version;
  }

  #grow(): void {
    this.capacity *= 2;
    this.dimensions.grow(this.capacity);
    this.cells.grow(this.capacity);
    this.hints.grow(this.capacity);
    this.#topologies.grow(this.capacity);
    this.available = moved(this.available, new Uint8Array(this.capacity));
    this.hashes = moved(this.hashes, new Int32Array(this.capacity));
    this.changedIn = moved(this.changedIn, new Float64Array(this.capacity));
  }
}

function moved<T extends { set(values: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
