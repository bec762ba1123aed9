import type { PlacedVm } from '../model/vm.ts';
import type { LabelSet } from './label-set.ts';

/** A placed VM, where the engine counts it. */
export interface PlacedRecord {
  /** Replaced by one that is counted alike. */
  vm: PlacedVm;
  readonly row: number;
  labelSet: LabelSet;
}

/** The placed VMs, by id and by row. */
export class VmTable {
  readonly #byId = new Map<string, PlacedRecord>();
  readonly #byRow: (Set<PlacedRecord> | undefined)[] = [];
  /** When the oldest VM of each row was asked for; infinite where that is not known of any. */
  readonly #oldest: number[] = [];

  get(id: string): PlacedRecord | undefined {
    return this.#byId.get(id);
  }

  on(row: number): ReadonlySet<PlacedRecord> {
    return this.#byRow[row] ?? none;
  }

  /** When the oldest VM of the row was asked for, in milliseconds since 1970; infinite where there is none. */
  oldestOn(row: number): number {
    return this.#oldest[row] ?? Number.POSITIVE_INFINITY;
  }

  add(record: PlacedRecord): void {
    this.#byId.set(record.vm.id, record);
    // Were rows left out, looking one up would take many times as long.
    for (let row = this.#byRow.length; row <= record.row; row++) {
      this.#byRow.push(undefined);
      this.#oldest.push(Number.POSITIVE_INFINITY);
    }
    const there = this.#byRow[record.row];
    if (there) there.add(record);
    else this.#byRow[record.row] = new Set([record]);
    this.#oldest[record.row] = Math.min(this.oldestOn(record.row), createdAt(record));
  }

  remove(record: PlacedRecord): void {
    this.#byId.delete(record.vm.id);
    const there = this.#byRow[record.row];
    there?.delete(record);
    if (there?.size === 0) this.#byRow[record.row] = undefined;
    if (createdAt(record) > this.oldestOn(record.row)) return;
    let oldest = Number.POSITIVE_INFINITY;
    for (const other of this.on(record.row)) oldest = Math.min(oldest, createdAt(other));
    this.#oldest[record.row] = oldest;
  }
}

const createdAt = ({ vm }: PlacedRecord) => vm.createdAt ?? Number.POSITIVE_INFINITY;

const none: ReadonlySet<PlacedRecord> = new Set();
