import type { Journal } from '../engine/journal.ts';
import type { PlannedVm } from './failover.ts';
import type { SpareHosts } from './spare-hosts.ts';

/** The VMs of a plan: where they are, and on which hosts they count. All that is told to them can be taken back. */
export class PlannedVms {
  readonly #hosts: SpareHosts;
  readonly #journal: Journal;
  readonly #byId = new Map<string, PlannedVm>();
  readonly #on = new Map<string, Set<PlannedVm>>();
  /** By row, the VMs that count on that host, by the domain with which they come. */
  readonly #guests = new Map<number, Map<number, Set<PlannedVm>>>();

  constructor(hosts: SpareHosts, journal: Journal) {
    this.#hosts = hosts;
    this.#journal = journal;
  }

  get(id: string): PlannedVm | undefined {
    return this.#byId.get(id);
  }

  /** Those that are on the host. */
  on(host: string): Iterable<PlannedVm> {
    return this.#on.get(host) ?? [];
  }

  /** Those that count on the host of this row. */
  *guestsOf(row: number): Generator<PlannedVm> {
    for (const guests of this.#guests.get(row)?.values() ?? []) yield* guests;
  }

  /** Those of them that come once this domain fails. */
  guestsFrom(domain: number, row: number): Iterable<PlannedVm> {
    return this.#guests.get(row)?.get(domain) ?? [];
  }

  /** The largest of those for whom the host of this row has too little room; undefined when it has enough for all. */
  firstToLeave(row: number): PlannedVm | undefined {
    const dimension = this.#hosts.tooFull(row);
    if (dimension === undefined) return undefined;
    const domain = this.#hosts.sources(row).largest(dimension);
    let largest: PlannedVm | undefined;
    for (const vm of domain === undefined ? [] : this.guestsFrom(domain, row)) {
      const more = largest ? (vm.sizes[dimension] ?? 0) - (largest.sizes[dimension] ?? 0) : 1;
      if (!largest || more > 0 || (more === 0 && vm.id < largest.id)) largest = vm;
    }
    return largest;
  }

  /** Undefined while its host is not there. */
  domainOf({ host }: PlannedVm): number | undefined {
    const row = this.#hosts.rowOf(host);
    return row === undefined ? undefined : this.#hosts.domainOf(row);
  }

  /** @returns the row of its host, if that is there */
  add(vm: PlannedVm): number | undefined {
    this.#put(vm, true);
    return this.#occupy(vm, 1);
  }

  /** It must count on nothing any more. @returns the row of its host, if that is there */
  remove(vm: PlannedVm): number | undefined {
    this.#put(vm, false);
    return this.#occupy(vm, -1);
  }

  /** The VM counts on the host of this row from now on. */
  join(row: number, vm: PlannedVm, at = vm.targets.length): void {
    this.#journal.note(() => this.leave(row, vm));
    vm.targets.splice(at, 0, row);
    const domain = this.#domainInPlan(vm);
    const guests = this.#guests.get(row) ?? new Map<number, Set<PlannedVm>>();
    this.#guests.set(row, guests);
    entry(guests, domain).add(vm);
    this.#hosts.sources(row).add(domain, vm.sizes);
  }

  leave(row: number, vm: PlannedVm): void {
    const at = vm.targets.indexOf(row);
    this.#journal.note(() => this.join(row, vm, at));
    vm.targets.splice(at, 1);
    const domain = this.#domainInPlan(vm);
    const guests = this.#guests.get(row)?.get(domain);
    guests?.delete(vm);
    if (guests?.size === 0) this.#guests.get(row)?.delete(domain);
    this.#hosts.sources(row).remove(domain, vm.sizes);
  }

  /** A VM counts on others only as long as its host is there. */
  #domainInPlan(vm: PlannedVm): number {
    const domain = this.domainOf(vm);
    if (domain === undefined) throw new RangeError(`${vm.id} is in no domain`);
    return domain;
  }

  #put(vm: PlannedVm, isIn: boolean): void {
    this.#journal.note(() => this.#put(vm, !isIn));
    const there = entry(this.#on, vm.host);
    if (isIn) {
      this.#byId.set(vm.id, vm);
      there.add(vm);
    } else {
      this.#byId.delete(vm.id);
      there.delete(vm);
    }
    if (there.size === 0) this.#on.delete(vm.host);
  }

  #occupy({ host, sizes }: PlannedVm, sign: 1 | -1): number | undefined {
    const row = this.#hosts.rowOf(host);
    if (row !== undefined) this.#hosts.occupy(row, sizes, sign);
    return row;
  }
}

function entry<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  const found = map.get(key) ?? new Set<V>();
  map.set(key, found);
  return found;
}
