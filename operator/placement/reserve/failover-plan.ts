import { SpareHosts } from './spare-hosts.ts';

export interface FailoverOptions {
  /** Failure domains that may be gone at once. */
  failures: number;
  /** The length of all vectors; what each place of them counts is the caller's. Whole numbers, so that sums are exact. */
  dimensions: number;
  /** Whether the VM may run on the host, once its own is gone. Default: everywhere. */
  allows?: (vm: string, host: string) => boolean;
}

export interface SpareHost {
  name: string;
  /** What fails as one: the host itself, its rack, its power feed. */
  domain: string;
  /** What VMs may have of it in all. */
  limits: readonly number[];
  /** Whether VMs of a failed host may be started here; not on one that is cordoned. */
  takesVms: boolean;
}

export interface ProtectedVm {
  id: string;
  host: string;
  sizes: readonly number[];
}

interface Record {
  id: string;
  host: string;
  sizes: Float64Array;
  /** Rows of hosts in as many other domains as may fail beside its own: it goes to the first that is left. */
  targets: number[];
}

/**
 * Where each VM would go if its host's failure domain failed, so that any `failures` domains may fail at once. Each VM has
 * that many targets in as many other domains, of which one at least is left; each host keeps room for the `failures`
 * domains that would send it the most, whichever of its VMs' targets it is. So a plan that is complete holds for every
 * set of failures, without one of them being tried; the price is that a plan is missed now and then where room is very
 * scarce. A change mends the plan where it was touched and leaves the rest.
 */
export class FailoverPlan {
  readonly #options: FailoverOptions;
  readonly #hosts: SpareHosts;
  readonly #vms = new Map<string, Record>();
  readonly #vmsOf = new Map<string, Set<Record>>();
  readonly #unprotected = new Set<Record>();
  /** Those of them that were not looked for a place for yet. */
  readonly #missing = new Set<Record>();
  /** Rows with less or more room than when the plan was last mended. */
  readonly #shrunk = new Set<number>();
  readonly #grown = new Set<number>();
  #isHeld = false;
  /** By row, the VMs that count on that host. */
  readonly #guests = new Map<number, Set<Record>>();

  /** @throws RangeError for fewer than one failure or dimension */
  constructor(options: FailoverOptions) {
    if (!(options.failures >= 1 && options.dimensions >= 1))
      throw new RangeError('a failover plan needs at least one failure and one dimension');
    this.#options = options;
    this.#hosts = new SpareHosts(options.failures, options.dimensions);
  }

  /** VMs for which there is no place if the worst happens, by id. Empty: the plan holds. */
  get unprotected(): string[] {
    return [...this.#unprotected].map(({ id }) => id).sort();
  }

  get holds(): boolean {
    return this.#unprotected.size === 0;
  }

  /** What is kept free on all hosts together, by dimension. */
  get kept(): number[] {
    return Array.from({ length: this.#options.dimensions }, (_, dimension) =>
      this.#hosts.keptInAll(dimension),
    );
  }

  /** Hosts to which the VM would go, the first that is left; fewer than `failures` when it is not protected. */
  targetsOf(id: string): string[] {
    return (this.#vms.get(id)?.targets ?? []).map((row) => this.#hosts.nameOf(row));
  }

  /** Makes many changes and mends the plan once, after all of them: for a start, when everything is new. */
  update(changes: () => void): void {
    this.#isHeld = true;
    try {
      changes();
    } finally {
      this.#isHeld = false;
      this.#mend();
    }
  }

  /** Adds a host, or says what has become of it. */
  upsertHost(host: SpareHost): void {
    const known = this.#hosts.rowOf(host.name);
    const stays = known !== undefined && this.#hosts.isIn(known, host.domain);
    if (known !== undefined && !stays) this.#withdraw(host.name, known);
    const row = this.#hosts.upsert(host);
    const vms = this.#vmsOf.get(host.name) ?? [];
    if (known === undefined) for (const vm of vms) this.#hosts.occupy(row, vm.sizes, 1);
    if (!stays) for (const vm of vms) this.#miss(vm);
    if (!host.takesVms) this.#dismissAll(row);
    this.#settle([row], [row]);
  }

  /** The VMs on it stay known, and need no places while it is away. */
  removeHost(name: string): void {
    const row = this.#hosts.rowOf(name);
    if (row === undefined) return;
    this.#withdraw(name, row);
    this.#hosts.remove(name);
    this.#settle([], this.#hosts.rows());
  }

  upsertVm({ id, host, sizes }: ProtectedVm): void {
    const before = this.#vms.get(id);
    if (before?.host === host && before.sizes.every((size, d) => size === sizes[d])) return;
    const freed = this.#forget(id);
    const vm: Record = { id, host, sizes: Float64Array.from(sizes), targets: [] };
    this.#vms.set(id, vm);
    entry(this.#vmsOf, host).add(vm);
    const row = this.#hosts.rowOf(host);
    if (row !== undefined) {
      this.#hosts.occupy(row, vm.sizes, 1);
      this.#miss(vm);
    }
    this.#settle(row === undefined ? [] : [row], freed);
  }

  removeVm(id: string): void {
    this.#settle([], this.#forget(id));
  }

  /**
   * Adds the VM if all that were protected still are then, and it is itself. Otherwise nothing is changed but, maybe,
   * who would go where.
   */
  admit(vm: ProtectedVm): boolean {
    const before = this.#vms.get(vm.id);
    const unprotectedBefore = this.#unprotected.size - (before && this.#unprotected.has(before) ? 1 : 0);
    this.upsertVm(vm);
    if (this.#unprotected.size <= unprotectedBefore) return true;
    if (before) this.upsertVm({ id: before.id, host: before.host, sizes: [...before.sizes] });
    else this.removeVm(vm.id);
    return false;
  }

  /** Nothing that was planned with this host counts any more, neither for its guests nor for its own VMs. */
  #withdraw(name: string, row: number): void {
    this.#dismissAll(row);
    for (const vm of this.#vmsOf.get(name) ?? []) this.#release(vm);
  }

  /** @returns rows that have more room than before */
  #forget(id: string): number[] {
    const vm = this.#vms.get(id);
    if (!vm) return [];
    const freed = [...vm.targets];
    this.#release(vm);
    this.#vms.delete(id);
    this.#vmsOf.get(vm.host)?.delete(vm);
    if (this.#vmsOf.get(vm.host)?.size === 0) this.#vmsOf.delete(vm.host);
    const row = this.#hosts.rowOf(vm.host);
    if (row === undefined) return freed;
    this.#hosts.occupy(row, vm.sizes, -1);
    return [...freed, row];
  }

  /** Takes the VM's targets from it, and it from those that need some. */
  #release(vm: Record): void {
    for (const row of [...vm.targets]) this.#dismiss(row, vm);
    this.#unprotected.delete(vm);
    this.#missing.delete(vm);
  }

  #dismissAll(row: number): void {
    for (const vm of [...(this.#guests.get(row) ?? [])]) this.#dismiss(row, vm);
  }

  /** The VM does not count on this host any more. */
  #dismiss(row: number, vm: Record): void {
    const domain = this.#domainOf(vm);
    if (domain !== undefined) this.#hosts.sources(row).remove(domain, vm.sizes);
    vm.targets = vm.targets.filter((target) => target !== row);
    this.#guests.get(row)?.delete(vm);
    this.#miss(vm);
  }

  #miss(vm: Record): void {
    this.#unprotected.add(vm);
    this.#missing.add(vm);
  }

  #settle(shrunk: readonly number[], grown: readonly number[]): void {
    for (const row of shrunk) this.#shrunk.add(row);
    for (const row of grown) this.#grown.add(row);
    if (!this.#isHeld) this.#mend();
  }

  /**
   * Relieves what got too full, and finds places: everywhere for VMs that just lost one, and on hosts with more room than
   * before for those that had not found any.
   */
  #mend(): void {
    for (const row of this.#shrunk) this.#relieve(row);
    const size = (vm: Record) => vm.sizes.reduce((sum, amount, d) => sum + amount / this.#hosts.scale(d), 0);
    const largestFirst = (a: Record, b: Record) => size(b) - size(a) || (a.id < b.id ? -1 : 1);
    for (const vm of [...this.#missing].sort(largestFirst)) this.#protect(vm);
    this.#missing.clear();
    // Those that found no place may be very many: they are asked in the order in which they lost theirs.
    const grown = [...this.#grown].sort((a, b) => a - b);
    if (grown.length > 0) for (const vm of this.#unprotected) this.#protect(vm, grown);
    this.#shrunk.clear();
    this.#grown.clear();
  }

  /** Sends guests away from a host that has too little room for what it would have to take. */
  #relieve(row: number): void {
    for (
      let dimension = this.#hosts.tooFull(row);
      dimension !== undefined;
      dimension = this.#hosts.tooFull(row)
    ) {
      const domain = this.#hosts.sources(row).largest(dimension);
      const guest = domain === undefined ? undefined : this.#largestGuest(row, domain, dimension);
      if (!guest) return;
      this.#dismiss(row, guest);
    }
  }

  #largestGuest(row: number, domain: number, dimension: number): Record | undefined {
    let largest: Record | undefined;
    for (const vm of this.#guests.get(row) ?? []) {
      if (this.#domainOf(vm) !== domain) continue;
      if (!largest || (vm.sizes[dimension] ?? 0) > (largest.sizes[dimension] ?? 0)) largest = vm;
    }
    return largest;
  }

  /** Gives the VM the targets that it lacks, as far as there are any among these rows, by default all. */
  #protect(vm: Record, rows?: readonly number[]): void {
    const domain = this.#domainOf(vm);
    if (domain === undefined) return;
    const allows = (host: string) => this.#options.allows?.(vm.id, host) ?? true;
    while (vm.targets.length < this.#options.failures) {
      const taken = new Set([domain, ...vm.targets.map((row) => this.#hosts.domainOf(row))]);
      const row = this.#hosts.find({ id: vm.id, domain, sizes: vm.sizes, taken, allows }, rows);
      if (row === undefined) return;
      vm.targets.push(row);
      this.#hosts.sources(row).add(domain, vm.sizes);
      entry(this.#guests, row).add(vm);
    }
    this.#unprotected.delete(vm);
  }

  #domainOf({ host }: Record): number | undefined {
    const row = this.#hosts.rowOf(host);
    return row === undefined ? undefined : this.#hosts.domainOf(row);
  }
}

function entry<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  const found = map.get(key) ?? new Set<V>();
  map.set(key, found);
  return found;
}
