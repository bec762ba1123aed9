import { type Cell, mostCells } from '../model/host.ts';
import { countedRequest, isOfCells, memory, type Resources } from '../model/resources.ts';
import type { PlacedVm } from '../model/vm.ts';
import { Dimensions } from './dimensions.ts';

const noLimits: Resources = Object.freeze({});

/** What a VM takes of its cell. */
export function cellRequests(requests: Resources): Resources {
  const taken: Record<string, number> = {};
  for (const name in requests) {
    const amount = countedRequest(requests[name] as number);
    if (isOfCells(name) && amount !== 0) taken[name] = amount;
  }
  return taken;
}

/** Whether a cell of a host has room. */
type Fits = (row: number, number: number) => boolean;

/**
 * NUMA cells of hosts: a table of resources for each cell number. VMs that take from no single cell are counted for the
 * host alone. A VM whose cell is not known is assumed in the first that has room, in the order of ids, so that what is
 * assumed depends only on which VMs there are.
 */
export class Cells {
  readonly #byNumber: Dimensions[] = [];
  readonly #limits: (readonly Cell[] | undefined)[] = [];
  /** The VMs of one cell, by row. */
  readonly #vms = new Map<number, Map<string, PlacedVm>>();
  /** Where each is counted, by id. */
  readonly #counted = new Map<string, number>();
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many cells the host has. */
  count(row: number): number {
    return Math.min(this.#limits[row]?.length ?? 0, mostCells);
  }

  setLimits(row: number, cells: readonly Cell[] | undefined): void {
    const before = this.#limits[row] ?? [];
    const after = (cells ?? []).slice(0, mostCells);
    this.#limits[row] = after.length > 0 ? after : undefined;
    for (let number = 0; number < Math.max(before.length, after.length); number++) {
      this.#of(number).setLimits(row, before[number]?.limits ?? noLimits, after[number]?.limits ?? noLimits);
    }
    this.#settle(row);
  }

  add(row: number, vm: PlacedVm): void {
    if (!vm.oneCell) return;
    const there = this.#vms.get(row) ?? new Map<string, PlacedVm>();
    this.#vms.set(row, there.set(vm.id, vm));
    this.#settle(row);
  }

  remove(row: number, { id, oneCell }: PlacedVm): void {
    if (!oneCell) return;
    const there = this.#vms.get(row);
    const vm = there?.get(id);
    if (!there || !vm) return;
    there.delete(id);
    this.#take(row, vm);
    if (there.size === 0) this.#vms.delete(row);
    else this.#settle(row);
  }

  /** Tells cells that have room for what `cellRequests` gives; of no use once something has changed. */
  fits(requests: Resources): Fits {
    const columns = this.#byNumber.map((cells) =>
      Object.entries(requests).map(([name, amount]) => ({ amount, free: cells.get(name)?.free })),
    );
    return (row, number) =>
      columns[number]?.every(({ amount, free }) => free !== undefined && amount <= (free[row] as number)) ??
      false;
  }

  /**
   * What no cell of the host has enough of, and how much is missing in that which has most of it; undefined when each
   * resource is somewhere, if not all in one cell.
   */
  shortage(row: number, requests: Resources): { resource: string; missing: number } | undefined {
    for (const [resource, amount] of Object.entries(requests)) {
      let missing = Number.POSITIVE_INFINITY;
      for (let number = 0; number < this.count(row); number++) {
        const free = this.#of(number).get(resource)?.free[row] ?? 0;
        missing = Math.min(missing, amount - free);
      }
      if (missing > 0) return { resource, missing };
    }
    return undefined;
  }

  /** The preferred cell if it has room, else that of the host with the least memory left that has; undefined when none has. */
  fitting(row: number, requests: Resources, preferred?: number): number | undefined {
    const fits = this.fits(requests);
    if (preferred !== undefined && preferred < this.count(row) && fits(row, preferred)) return preferred;
    let best: number | undefined;
    for (let number = 0; number < this.count(row); number++) {
      if (!fits(row, number)) continue;
      if (best === undefined || this.#memoryLeft(row, number) < this.#memoryLeft(row, best)) best = number;
    }
    return best;
  }

  grow(capacity: number): void {
    this.#capacity = capacity;
    for (const cells of this.#byNumber) cells.grow(capacity);
  }

  /** Counts the row's VMs anew: first those whose cells are known, then the others by id. */
  #settle(row: number): void {
    const vms = [...(this.#vms.get(row)?.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const vm of vms) this.#take(row, vm);
    const isKnown = ({ cell }: PlacedVm) => cell !== undefined && cell >= 0 && cell < this.count(row);
    for (const vm of vms.filter(isKnown)) this.#put(row, vm, vm.cell as number);
    for (const vm of vms.filter((one) => !isKnown(one))) {
      const fits = this.fits(cellRequests(vm.requests));
      let number = 0;
      while (number < this.count(row) && !fits(row, number)) number += 1;
      this.#put(row, vm, number < this.count(row) ? number : 0);
    }
  }

  #put(row: number, vm: PlacedVm, number: number): void {
    this.#of(number).add(row, cellRequests(vm.requests));
    this.#counted.set(vm.id, number);
  }

  #take(row: number, vm: PlacedVm): void {
    const number = this.#counted.get(vm.id);
    if (number === undefined) return;
    this.#of(number).remove(row, cellRequests(vm.requests));
    this.#counted.delete(vm.id);
  }

  #memoryLeft(row: number, number: number): number {
    return this.#of(number).get(memory)?.free[row] ?? 0;
  }

  #of(number: number): Dimensions {
    const known = this.#byNumber[number];
    if (known) return known;
    const made = new Dimensions(this.#capacity);
    this.#byNumber[number] = made;
    return made;
  }
}
