import { shortage } from '../explain/rejections.ts';
import type { Decision, Merits, Placement, PlacementRequest, Rejection, Why } from '../model/decision.ts';
import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import type { Selector } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import { AllowedHosts, allowedTogether } from './allowed.ts';
import { type Beneath, beneath } from './beneath.ts';
import { choose, rank } from './choose.ts';
import {
  admittingRows,
  checkAll,
  checkEach,
  checkRules,
  decide,
  placementOn,
  rowsWithinLimits,
} from './decide.ts';
import { roomFilters } from './filters/room.ts';
import { countFits, fill, isByRoomAlone } from './fits.ts';
import type { HostHints } from './hints.ts';
import { meritsOf } from './merits.ts';
import { refusalOf } from './refuse.ts';
import { Scene } from './scene.ts';
import { explainChoice } from './why.ts';
import { type EngineOptions, type Labelled, type Stay, World } from './world.ts';

/** What placed VMs have of a host. */
export interface Usage {
  vms: number;
  /** By resource; without those of which there is nothing. */
  resources: Readonly<Record<string, number>>;
}

/** One resource of a host; `free` is -Infinity where the host, or a VM on it, says what cannot be true. */
export interface Room {
  limit: number;
  used: number;
  free: number;
}

/**
 * Decides which host a VM goes to. Every host of the pool is considered: filters say which ones do, scores which one is
 * best. Pure: the same world and the same request give the same decision, in whatever order the world was told.
 */
export class PlacementEngine {
  readonly #world: World;

  constructor(options: EngineOptions = {}) {
    this.#world = new World(options);
  }

  upsertHost(host: HostState): void {
    this.#world.upsertHost(host);
  }

  /** VMs on it stay known: a Host object may come back, and what runs there goes on counting. */
  removeHost(name: string): void {
    this.#world.removeHost(name);
  }

  /** Replaces what else is known of the host; forgotten when it is removed, and not told of one that is not there. */
  hint(host: string, hints: HostHints): void {
    this.#world.hint(host, hints);
  }

  upsertVm(vm: PlacedVm): void {
    this.#world.upsertVm(vm);
  }

  removeVm(id: string): void {
    this.#world.removeVm(id);
  }

  /** From now on the policy's rules hold for the VMs that it selects. */
  upsertPolicy(policy: Policy): void {
    this.#world.upsertPolicy(policy);
  }

  removePolicy(namespace: string, name: string): void {
    this.#world.removePolicy(namespace, name);
  }

  /** Does as `action` says, and then makes all that the engine was told meanwhile untold, even if it throws. */
  trial<T>(action: () => T): T {
    return this.#world.trial(action);
  }

  host(name: string): HostState | undefined {
    return this.#world.hostState(name);
  }

  /** The pool's hosts by name. */
  hostsOf(pool: string): string[] {
    return [...this.#world.hosts.rowsOf(pool)].map((row) => this.#world.hosts.name(row)).sort();
  }

  vm(id: string): PlacedVm | undefined {
    return this.#world.vms.get(id)?.vm;
  }

  /** The VMs on the host, by id. */
  vmsOn(host: string): PlacedVm[] {
    const row = this.#world.hosts.row(host);
    const records = row === undefined ? [] : [...this.#world.vms.on(row)];
    return records.map(({ vm }) => vm).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The placed VMs of the namespace that the selector selects, by id. */
  placedVms(namespace: string, selector: Selector): PlacedVm[] {
    return this.#world.select(namespace, selector).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Whether any placed VM of the namespace is selected. */
  isPlaced(namespace: string, selector: Selector): boolean {
    return this.#world.isPlaced(namespace, selector);
  }

  /** Whether any placed VM has its host for those of its policies alone. */
  get hasExclusiveVms(): boolean {
    return !this.#world.exclusives.isEmpty;
  }

  policy(namespace: string, name: string): Policy | undefined {
    return this.#world.policy(namespace, name);
  }

  /** The namespace's policies by name. */
  policiesOf(namespace: string): Policy[] {
    return this.#world.policiesOf(namespace);
  }

  /** The policies that bear on the VM: those that select it, and those whose VMs keep away from it; by name. The same list for VMs that they cannot tell apart, until one changes. */
  policiesFor(vm: Labelled): readonly Policy[] {
    return this.#world.policiesFor(vm.namespace, vm.labels);
  }

  /** How important the VM is: by itself, else by the most important policy that selects it, else 0. */
  priorityOf(vm: VmState): number {
    return this.#world.priorityOf(vm);
  }

  /** Whether policies let the one have others stopped, and the other be stopped; which of them is more important is not asked. */
  mayPreempt(preemptor: Labelled, victim: Labelled): boolean {
    return this.#world.mayPreempt(preemptor, victim);
  }

  /** How many different rules about other VMs its policies have for the VM, each of which costs a decision a look at all hosts. */
  rulesFor(vm: Labelled): number {
    return this.#world.rulesFor(vm.namespace, vm.labels);
  }

  /** Whether the host is there and takes VMs, whatever room it has. */
  takesVms(host: string): boolean {
    return this.#world.hostState(host)?.available.yes === true;
  }

  /** What placed VMs have of the host. */
  usage(host: string): Usage {
    const row = this.#world.hosts.row(host);
    if (row === undefined) return { vms: 0, resources: {} };
    return { vms: this.#world.vms.on(row).size, resources: this.#world.hosts.dimensions.used(row) };
  }

  /** Each resource that the host has, or VMs have of it. */
  room(host: string): Readonly<Record<string, Room>> {
    const row = this.#world.hosts.row(host);
    return row === undefined ? {} : this.#world.hosts.dimensions.room(row);
  }

  /** The best host for the VM, or why there is none. A VM that has a host already is not counted against itself. */
  place(request: PlacementRequest): Decision {
    return this.#ask(request, (scene) => decide(scene, this.#world.scratch));
  }

  /** Why the host does not take the VM as things are; undefined when it does, or is not known. */
  refusalOn(request: PlacementRequest, host: string): Rejection | undefined {
    return this.#askOf(request, host, checkAll);
  }

  /** All reasons why the host does not take the VM as things are; none when it does, or is not known. */
  refusalsOn(request: PlacementRequest, host: string): Rejection[] {
    return this.#askOf(request, host, checkEach) ?? [];
  }

  /**
   * Says of the pool's hosts whether all rules let the VM be there, those of hosts and those about other VMs, and a NUMA
   * cell has room for one that wants one; whatever else is free. As things are now: it is of no use once they have changed.
   */
  admission(request: PlacementRequest): (host: string) => boolean {
    return this.#hostsIn(this.#ask(request, admittingRows));
  }

  /** The same of the domain limits of the VM's policies alone. */
  withinDomainLimits(request: PlacementRequest): (host: string) => boolean {
    return this.#hostsIn(this.#ask(request, rowsWithinLimits));
  }

  #hostsIn(mask: Uint8Array): (host: string) => boolean {
    const { hosts } = this.#world;
    return (host) => mask[hosts.row(host) ?? -1] === 1;
  }

  /** The NUMA cell of the host that the VM would get, the preferred one if it has the room; undefined when it wants none, or none has the room. */
  cellOn(request: PlacementRequest, host: string, preferred?: number): number | undefined {
    return this.#askOf(request, host, (scene, row) => placementOn(scene, row, preferred).cell);
  }

  /** The same text for VMs that ask the same and that no policy can tell apart: where one finds no place, neither does the other. */
  kindOf(request: PlacementRequest): string {
    const { id: _, createdAt: __, guestMemoryBytes: ___, labels, ...vm } = request.vm;
    const { key } = this.#world.labelSet(vm.namespace, labels);
    this.#world.tidy(vm.namespace);
    return JSON.stringify([{ ...request, vm }, key]);
  }

  /** The hosts that the VM could go to if there were no other VMs and no limits, by name. */
  candidates(request: PlacementRequest): string[] {
    return this.#ask(request, ({ eligible, hosts }) =>
      [...eligible.rows].map((row) => hosts.name(row)).sort(),
    );
  }

  /** The host that `place` would choose; undefined when there is none. Why so is not worked out, which takes the longest. */
  find(request: PlacementRequest): Placement | undefined {
    return this.#ask(request, (scene) => {
      const row = choose(scene, this.#world.scratch);
      return row === undefined ? undefined : placementOn(scene, row);
    });
  }

  /** The best hosts of which `among` holds, as `place` would choose them one after the other; at most `most`. */
  ranked(request: PlacementRequest, most: number, among = (_host: string) => true): string[] {
    return this.#ask(request, (scene) => {
      const isAmong = (row: number) => among(scene.hosts.name(row));
      return rank(scene, this.#world.scratch, most, isAmong).map((row) => scene.hosts.name(row));
    });
  }

  /** Where the VM may be as far as rules go, whatever room there is. To be asked before the engine is told anything. */
  allowed(request: PlacementRequest): (host: string) => boolean {
    const hosts = new AllowedHosts(this.#world, request);
    return (host) => hosts.has(host);
  }

  /** The same where it must be so once other VMs count elsewhere as well, and these hosts are gone. */
  allowedHosts(
    request: PlacementRequest,
    later: readonly Stay[],
    gone: readonly string[] = [],
  ): AllowedHosts {
    return new AllowedHosts(this.#world, request, later, gone);
  }

  /** Whether rules about other VMs let all of these be where they go, each on one host, once all are there and these hosts are gone. */
  allowedTogether(
    requests: readonly PlacementRequest[],
    stays: readonly Stay[],
    gone: readonly string[],
  ): boolean {
    return allowedTogether(this.#world, requests, stays, gone);
  }

  /** How many more VMs that ask the same fit in the pool, each placed as if by `place`; at most `most`. */
  fits(request: PlacementRequest, most: number): number {
    return this.trial(() => countFits(this.#world, request, most));
  }

  /**
   * Places VMs that ask the same until no more fit or `most` are there, and tells how many there are; to be called in a
   * trial, to look at what is left then. Those for which no order matters are counted as one large VM on each host.
   */
  fill(request: PlacementRequest, most: number): number {
    return fill(this.#world, request, most);
  }

  /** Whether VMs that ask this bear on each other, and on all others, by the room alone that they take of their hosts. */
  isByRoomAlone(request: PlacementRequest): boolean {
    return this.#ask(request, isByRoomAlone);
  }

  /** Hosts that might take the VM if others, less important ones, were gone from it, with who these are; in no order. */
  beneath(request: PlacementRequest): Beneath[] {
    return this.#ask(request, () => beneath(this.#world, request));
  }

  /**
   * How the VM's host scores, and the best of the others; of a VM without a host, how that does to which it would go.
   * Undefined when it has no host and fits nowhere.
   */
  why(request: PlacementRequest): Why | undefined {
    const current = this.vm(request.vm.id)?.host;
    return this.#ask(request, (scene) => explainChoice(scene, this.#world.scratch, current));
  }

  /** How the host does among all that would take the VM as things are; undefined when it would not. */
  merits(request: PlacementRequest, host: string): Merits | undefined {
    return this.#askOf(request, host, (scene, row) => meritsOf(scene, this.#world.scratch, row));
  }

  /** The required rule that the VM breaks by being on this host, whatever room there is; undefined when none. */
  check(request: PlacementRequest, host: string): Rejection | undefined {
    return this.#askOf(request, host, checkRules);
  }

  /** What the host lacks for the VM, whatever rules there are: `lacks 1.5Gi of memory`; undefined when nothing. */
  shortageOn(request: PlacementRequest, host: string): string | undefined {
    return this.#askOf(request, host, (scene, row) => {
      const refused = refusalOf(scene, row, roomFilters(request.vm));
      return refused && shortage(refused.refusal, refused.missing);
    });
  }

  /** Asks about one host that is known. */
  #askOf<T>(request: PlacementRequest, host: string, ask: (scene: Scene, row: number) => T): T | undefined {
    const row = this.#world.hosts.row(host);
    if (row === undefined || !this.#world.hosts.state(row)) return undefined;
    return this.#ask(request, (scene) => ask(scene, row));
  }

  /** Asks about the world as it is without the VM itself. */
  #ask<T>(request: PlacementRequest, ask: (scene: Scene) => T): T {
    const answer = this.#world.without(request.vm.id, () => ask(new Scene(this.#world, request)));
    this.#world.tidy(request.vm.namespace);
    return answer;
  }
}
