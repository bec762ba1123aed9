import { Journal } from '../engine/journal.ts';
import { Exchanges } from './exchanges.ts';
import {
  type Allowance,
  askedOnce,
  everywhere,
  type FailoverOptions,
  type PlannedVm,
  type ProtectedVm,
  type SpareHost,
} from './failover.ts';
import { PlannedVms } from './planned-vms.ts';
import { noRoom, type Seeker, SpareHosts } from './spare-hosts.ts';
import { Unprotected } from './unprotected.ts';
import { VainSearches } from './vain-searches.ts';

/** Looks for a place, of one VM on one host, in one mending for VMs that had found none before: some 2 ms in all. */
const looksAtOnce = 4096;

/** So many looks take as long as to find out where rules let one VM be. */
const looksOfRules = 60;

/** VMs that are taken from those without a place at once. */
const turns = 8;

/** Where a VM may be on one host in so many at most, only those are looked at. */
const fewOf = 8;

/**
 * Where each VM would go if its host's failure domain failed, so that any `failures` domains may fail at once. Each VM has
 * that many targets in as many other domains, of which one at least is left; each host keeps room for the `failures`
 * domains that would send it the most, whichever of its VMs' targets it is. So a plan that is complete holds for every
 * set of failures, without one of them being tried; the price is that a plan is missed now and then where room is very
 * scarce. What has changed is only noted; the next question mends the plan where it was touched, and leaves the rest.
 */
export class FailoverPlan {
  readonly #options: FailoverOptions;
  readonly #journal = new Journal();
  readonly #hosts: SpareHosts;
  readonly #vms: PlannedVms;
  readonly #unprotected = new Unprotected(this.#journal);
  /** Those of them that were not looked for a place for yet, and whether they had one until now. */
  readonly #missing = new Map<PlannedVm, boolean>();
  /** Those that have lost a place since others were asked whether they may keep theirs. */
  readonly #dismissed = new Set<PlannedVm>();
  /** Rows with less or more room than when the plan was last mended. */
  readonly #shrunk = new Set<number>();
  #grown = new Set<number>();
  /** Of the unprotected, how many were asked in vain since rows have grown. */
  #asked = 0;
  /** For how many searches it was found out where rules let the VM be. */
  #allowancesAsked = 0;

  /** @throws RangeError for fewer than one failure or dimension */
  constructor(options: FailoverOptions) {
    if (!(options.failures >= 1 && options.dimensions >= 1))
      throw new RangeError('a failover plan needs at least one failure and one dimension');
    this.#options = options;
    this.#hosts = new SpareHosts(options, this.#journal);
    this.#vms = new PlannedVms(this.#hosts, this.#journal);
  }

  /** VMs for which there is no place if the worst happens, by id. Empty: the plan holds. */
  get unprotected(): string[] {
    this.mend();
    return [...this.#unprotected].map(({ id }) => id).sort();
  }

  /** How many there were when the plan was last mended. */
  get unprotectedCount(): number {
    return this.#unprotected.size;
  }

  get holds(): boolean {
    this.mend();
    return this.#unprotected.size === 0;
  }

  /** Where very many VMs have no place, they are not all asked at once when room was made: false until they have been. */
  get isSettled(): boolean {
    this.mend();
    return this.#grown.size === 0;
  }

  /** What is kept free on all hosts together, by dimension. */
  get kept(): number[] {
    this.mend();
    return Array.from({ length: this.#options.dimensions }, (_, dimension) =>
      this.#hosts.keptInAll(dimension),
    );
  }

  /** What the unprotected VMs have in all, by dimension. */
  get exposed(): number[] {
    this.mend();
    const sums = new Array<number>(this.#options.dimensions).fill(0);
    for (const { sizes } of this.#unprotected)
      for (const [d, size] of sizes.entries()) sums[d] = (sums[d] ?? 0) + size;
    return sums;
  }

  /** Hosts to which the VM would go, the first that is left; fewer than `failures` when it is not protected. */
  targetsOf(id: string): string[] {
    this.mend();
    return this.plannedFor(id);
  }

  /** What the host has beside what its VMs have and it keeps free, by dimension; undefined of one that is not there. */
  spareOn(host: string): number[] | undefined {
    const row = this.#hosts.rowOf(host);
    return row === undefined ? undefined : this.#hosts.spare(row);
  }

  /** Whether the host has that much beside what it keeps free: a VM that comes there takes no room from others. */
  hasSpare(host: string, sizes: readonly number[]): boolean {
    const row = this.#hosts.rowOf(host);
    return row !== undefined && this.#hosts.hasSpare(row, sizes);
  }

  /** Adds a host, or says what has become of it. */
  upsertHost(host: SpareHost): void {
    const known = this.#hosts.rowOf(host.name);
    if (known !== undefined && this.#hosts.isAlike(known, host)) return;
    const stays = known !== undefined && this.#hosts.isIn(known, host.domain);
    if (known !== undefined && !stays) this.#withdraw(host.name, known);
    const row = this.#hosts.upsert(host);
    const vms = this.#vms.on(host.name);
    if (known === undefined) for (const vm of vms) this.#hosts.occupy(row, vm.sizes, 1);
    if (!stays) for (const vm of vms) this.#miss(vm);
    if (!host.takesVms) this.#dismissAll(row);
    this.#shrunk.add(row);
    this.#grow(row);
  }

  /** The VMs on it stay known, and need no places while it is away. */
  removeHost(name: string): void {
    const row = this.#hosts.rowOf(name);
    if (row === undefined) return;
    this.#withdraw(name, row);
    for (const vm of this.#vms.on(name)) {
      this.#unprotected.put(vm, false);
      this.#hosts.occupy(row, vm.sizes, -1);
    }
    this.#hosts.remove(name);
  }

  upsertVm({ id, host, sizes }: ProtectedVm): void {
    const before = this.#vms.get(id);
    if (before?.host === host && before.sizes.every((size, d) => size === sizes[d])) return;
    if (before) this.removeVm(id);
    const vm = { id, host, sizes: Float64Array.from(sizes), targets: [] };
    const row = this.#vms.add(vm);
    if (row === undefined) return;
    this.#miss(vm);
    this.#shrunk.add(row);
  }

  /** Takes over the places of an older plan of the same hosts and VMs, none of which has anything of what is new in this one. */
  takeOver(older: FailoverPlan): void {
    for (const vm of this.#missing.keys()) {
      for (const row of this.#hosts.rowsOf(older.plannedFor(vm.id))) this.#vms.join(row, vm);
      if (vm.targets.length < this.#options.failures) continue;
      this.#missing.delete(vm);
      this.#unprotected.put(vm, false);
    }
  }

  removeVm(id: string): void {
    const vm = this.#vms.get(id);
    if (!vm) return;
    this.#release(vm);
    this.#unprotected.put(vm, false);
    const row = this.#vms.remove(vm);
    if (row !== undefined) this.#grow(row);
  }

  /** As `targetsOf`, as planned so far, for `allows`: that is asked while the plan is mended. */
  plannedFor(id: string): string[] {
    return (this.#vms.get(id)?.targets ?? []).map((row) => this.#hosts.nameOf(row));
  }

  /** The VMs that count on the host, by id. */
  guestsOf(name: string): string[] {
    const row = this.#hosts.rowOf(name);
    return row === undefined ? [] : Array.from(this.#vms.guestsOf(row), ({ id }) => id);
  }

  /** Those of them that may come there at once with the VM: with one failure, the ones in its own domain. */
  guestsWith(id: string, name: string): string[] {
    const [vm, row] = [this.#vms.get(id), this.#hosts.rowOf(name)];
    const domain = vm && this.#vms.domainOf(vm);
    if (row === undefined || domain === undefined) return [];
    const guests = this.#options.failures > 1 ? this.#vms.guestsOf(row) : this.#vms.guestsFrom(domain, row);
    return Array.from(guests, (guest) => guest.id).filter((guest) => guest !== id);
  }

  /**
   * What these VMs are allowed has changed, or what these hosts let in: where a VM may not go any more it counts on nothing,
   * and what it lacks it looks for. The smallest are asked first, so that the same go whoever was there first.
   */
  review(ids: Iterable<string>, hosts: readonly string[] = []): void {
    const asked = new Set([...ids, ...hosts.flatMap((host) => this.guestsOf(host))]);
    const vms = [...asked].flatMap((id) => this.#vms.get(id) ?? []);
    for (const vm of vms.sort((a, b) => this.#bySize(a, b))) this.#reviewOne(vm);
    this.letIn(hosts);
  }

  /** These hosts may let in who was not allowed there: as if they had more room. */
  letIn(hosts: Iterable<string>): void {
    if (this.#unprotected.size > 0) for (const row of this.#hosts.rowsOf(hosts)) this.#grow(row);
  }

  /** Does what has been noted: looks for places for VMs that have lost theirs, and for some that had found none. */
  mend(): void {
    this.findPlaces();
    this.#askAgain();
  }

  /**
   * The first half of mending: relieves what got too full, and finds places everywhere for VMs that are new or lost one.
   * @returns those that have none now, by id, but for those that had none before
   */
  findPlaces(): string[] {
    for (const row of this.#shrunk) this.#relieve(row);
    this.#shrunk.clear();
    this.#reviewBeside();
    const [lost, waiting] = [true, false].map((isLost) =>
      [...this.#missing].flatMap(([vm, hadOne]) => (hadOne === isLost ? [vm] : [])),
    ) as [PlannedVm[], PlannedVm[]];
    this.#missing.clear();
    this.#seat(lost);
    const losses = lost.filter((vm) => this.#unprotected.has(vm));
    // Those who had none get none that one of the others would have.
    this.#seat(waiting);
    return losses.map(({ id }) => id).sort();
  }

  /** Finds places for them, the largest first, and at last by sending others elsewhere. */
  #seat(vms: PlannedVm[]): void {
    vms.sort((a, b) => this.#bySize(b, a));
    const vain = new VainSearches(this.#hosts);
    for (const vm of vms) this.#protect(vm, (seeker) => this.#findAnywhere(seeker, vain));
    const without = vms.filter((vm) => this.#unprotected.has(vm));
    if (without.length === 0) return;
    const exchanges = new Exchanges({
      ...{ hosts: this.#hosts, vms: this.#vms },
      allowedFor: (vm) => this.#allowedFor(vm),
      seekerOf: (vm) => this.#seeker(vm),
    });
    for (const vm of without) this.#protect(vm, (seeker) => exchanges.find(vm, this.#hosts.rowsFor(seeker)));
  }

  /** Does as `action` says, and then takes back all that was told and found meanwhile. What is noted is done first. */
  trial<T>(action: () => T): T {
    this.findPlaces();
    const [grown, asked] = [this.#grown, this.#asked];
    this.#grown = new Set();
    try {
      return this.#unprotected.trial(() => this.#journal.trial(action));
    } finally {
      this.#missing.clear();
      this.#dismissed.clear();
      this.#shrunk.clear();
      [this.#grown, this.#asked] = [grown, asked];
    }
  }

  /** Nothing that was planned with this host counts any more, neither for its guests nor for its own VMs. */
  #withdraw(name: string, row: number): void {
    this.#dismissAll(row);
    for (const vm of this.#vms.on(name)) this.#release(vm);
  }

  /** Takes the VM's targets from it. */
  #release(vm: PlannedVm): void {
    for (const row of [...vm.targets]) {
      this.#vms.leave(row, vm);
      this.#grow(row);
    }
    this.#missing.delete(vm);
    this.#dismissed.delete(vm);
  }

  #dismissAll(row: number): void {
    // Large ones have come first. Were they to go first, who needs the most there would have to be looked for after each.
    for (const vm of [...this.#vms.guestsOf(row)].reverse()) this.#dismiss(row, vm);
  }

  /** The VM does not count on this host any more, and needs another: what it leaves may be a place for who had none. */
  #dismiss(row: number, vm: PlannedVm): void {
    this.#vms.leave(row, vm);
    this.#grow(row);
    this.#miss(vm);
    this.#dismissed.add(vm);
  }

  #miss(vm: PlannedVm): void {
    if (!this.#missing.has(vm)) this.#missing.set(vm, !this.#unprotected.has(vm));
    this.#unprotected.put(vm, true);
  }

  #grow(row: number): void {
    this.#grown.add(row);
    this.#asked = 0;
  }

  /** Each who loses a place may be one on whose place others count, until nobody loses one any more. */
  #reviewBeside(): void {
    while (this.#dismissed.size > 0) {
      const ids = Array.from(this.#dismissed, ({ id }) => id);
      this.#dismissed.clear();
      this.review(this.#options.beside?.(ids) ?? []);
    }
  }

  #reviewOne(vm: PlannedVm): void {
    if (this.#vms.domainOf(vm) === undefined) return;
    if (vm.targets.length > 0) {
      const allows = this.#allowedFor(vm);
      for (const row of [...vm.targets]) {
        const host = this.#hosts.nameOf(row);
        if (!(allows.keeps?.(host) ?? allows.has(host))) this.#dismiss(row, vm);
      }
    }
    if (this.#unprotected.has(vm)) this.#miss(vm);
  }

  /** The smallest first. */
  #bySize(a: PlannedVm, b: PlannedVm): number {
    return this.#hosts.shareOf(a.sizes) - this.#hosts.shareOf(b.sizes) || (a.id < b.id ? 1 : -1);
  }

  /** Looks at the hosts that have more room than before, for VMs that had found none: those first that wait the longest. */
  #askAgain(): void {
    const grown = [...this.#grown].sort((a, b) => a - b);
    if (grown.length === 0) return;
    for (let looks = 0; looks < looksAtOnce && this.#asked < this.#unprotected.size; ) {
      for (const vm of this.#unprotected.next(turns)) {
        const before = this.#allowancesAsked;
        this.#protect(vm, (seeker) => {
          const rows = this.#allowedOf(grown, seeker);
          looks += rows.length;
          return this.#hosts.find(seeker, rows);
        });
        looks += looksOfRules * (this.#allowancesAsked - before);
        if (this.#unprotected.has(vm)) this.#asked += 1;
      }
    }
    if (this.#asked >= this.#unprotected.size) this.#grown.clear();
  }

  /** Sends guests away from a host that has too little room for what it would have to take. */
  #relieve(row: number): void {
    let guest = this.#vms.firstToLeave(row);
    for (; guest; guest = this.#vms.firstToLeave(row)) this.#dismiss(row, guest);
  }

  /** Gives the VM the targets that it lacks, as far as there are any. */
  #protect(vm: PlannedVm, find: (seeker: Seeker) => number): void {
    if (this.#vms.domainOf(vm) === undefined) return;
    const allows = askedOnce(() => this.#allowedFor(vm));
    while (vm.targets.length < this.#options.failures) {
      const row = find(this.#seeker(vm, allows));
      if (row < 0) return;
      this.#vms.join(row, vm);
    }
    this.#unprotected.put(vm, false);
  }

  #seeker(vm: PlannedVm, allows = askedOnce(() => this.#allowedFor(vm))): Seeker {
    const domain = this.#vms.domainOf(vm) ?? -1;
    const taken = new Set([domain, ...vm.targets.map((row) => this.#hosts.domainOf(row))]);
    return { id: vm.id, domain, sizes: vm.sizes, taken, allows };
  }

  /** Of many rows those alone where rules let the seeker be, if these are few. */
  #allowedOf(rows: readonly number[], { allows }: Seeker): readonly number[] {
    const most = this.#hosts.count / fewOf;
    const few = rows.length > most ? allows().few?.(most) : undefined;
    return few ? this.#hosts.rowsOf(few).filter((row) => this.#grown.has(row)) : rows;
  }

  #findAnywhere(seeker: Seeker, vain: VainSearches): number {
    if (vain.has(seeker)) return noRoom;
    const allows = seeker.allows();
    const near = allows.near && this.#hosts.find(seeker, this.#hosts.rowsOf(allows.near()));
    if (near !== undefined && near >= 0) return near;
    const few = allows.few?.(this.#hosts.count / fewOf);
    if (few) return this.#hosts.find(seeker, this.#hosts.rowsOf(few));
    const row = this.#hosts.find(seeker);
    if (row === noRoom) vain.add(seeker);
    return row;
  }

  #allowedFor({ id }: PlannedVm): Allowance {
    this.#allowancesAsked += 1;
    return this.#options.allows?.(id) ?? everywhere;
  }
}
