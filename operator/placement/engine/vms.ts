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

  get(id: string): PlacedRecord | undefined {
    return this.#byId.get(id);
  }

  on(row: number): ReadonlySet<PlacedRecord> {
    return this.#byRow[row] ?? none;
  }

  add(record: PlacedRecord): void {
    this.#byId.set(record.vm.id, record);
    const there = this.#byRow[record.row];
    if (there) there.add(record);
    else this.#byRow[record.row] = new Set([record]);
  }

  remove(record: PlacedRecord): void {
    this.#byId.delete(record.vm.id);
    const there = this.#byRow[record.row];
    there?.delete(record);
    if (there?.size === 0) this.#byRow[record.row] = undefined;
  }
}

const none: ReadonlySet<PlacedRecord> = new Set();
