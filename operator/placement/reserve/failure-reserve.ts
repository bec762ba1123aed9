import type { PlacementEngine } from '../engine/engine.ts';
import { Journal } from '../engine/journal.ts';
import { sameRecords } from '../engine/same.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { cpu, memory, type Resources } from '../model/resources.ts';
import type { Labels } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import type { SingleChange } from '../model/would-fit.ts';
import { AllowedPlaces } from './allowed-places.ts';
import type { ProtectedVm } from './failover.ts';
import { FailoverPlan } from './failover-plan.ts';
import { HostMap } from './host-map.ts';
import { isOfOneHost, rulesOfItsOwn } from './rule-reach.ts';
import { RuledVms } from './ruled-vms.ts';
import { sizeOf } from './sizes.ts';
import { SpareRoom } from './spare-room.ts';

export interface ReserveOptions {
  pool: string;
  /** Failure domains that may be gone at once. */
  failures: number;
  /** Label of hosts that says what fails as one; a host without it fails alone. */
  topologyKey: string;
}

/** What a reserve has to know of a host. */
export interface ReserveHost {
  name: string;
  labels: Labels;
  limits: Resources;
  takesVms: boolean;
  /** All by which rules judge the host: VMs that count on it are asked anew when it changes. */
  traits: string;
}

export interface ReserveReport {
  /** How many domains may be gone at once now, with a place for every VM; at most as many as are asked for. */
  headroom: number;
  /** What is kept free of each resource. */
  kept: Resources;
  /** VMs without a place if so many fail as are asked for, by id, and what they have in all. */
  exposed: readonly string[];
  exposedResources: Resources;
  /** False while VMs without a place were not all asked about room that has just been made. */
  isSettled: boolean;
}

/**
 * Hosts that are tried by score, and as many again of those where nobody would have to move. On one of the latter only the
 * VM's own place can be missing; that is so on another as well, unless its own failure domain was the only one with room.
 */
const triedAtMost = 8;

/** VMs without a place, and VMs of one namespace with rules, beside which a change is tried: all of them may be asked anew. */
const supposedAtMost = { unprotected: 256, ruled: 1000 };

/** What one pool keeps free so that every VM has a place after failures: the failover plan, by the engine's own rules. */
export class FailureReserve {
  readonly options: ReserveOptions;
  readonly #engine: PlacementEngine;
  readonly #journal = new Journal();
  readonly #hosts = new Map<string, ReserveHost>();
  /** Those that take VMs as the engine has it: only they make domains over which VMs are spread. */
  readonly #open = new Map<string, true>();
  readonly #vms = new Map<string, PlacedVm>();
  readonly #map: HostMap;
  readonly #ruled: RuledVms;
  /** The resources that any VM has, in the order of the plans' dimensions. */
  #resources = [cpu, memory];
  /** By failures: the one asked for, and fewer while that does not hold. Made when asked for. */
  #plans = new Map<number, FailoverPlan>();
  /**
   * VMs about which rules may judge otherwise than when the plan was asked last. Each plan has its own: one that is not
   * asked about in a trial must not have others judged anew afterwards.
   */
  readonly #doubtfulVms = new WeakMap<FailoverPlan, Set<string>>();
  /** The same of hosts, for all plans. */
  readonly #doubtfulHosts = new Set<string>();
  /** Whether hosts came, went or moved to another domain of some key: rules over domains may judge all VMs otherwise. */
  #isMapNew = false;
  /** Whether hosts take VMs that did not, or no more: there may be other domains over which VMs are spread. */
  #areDomainsNew = false;

  constructor(engine: PlacementEngine, options: ReserveOptions) {
    this.#engine = engine;
    this.options = options;
    this.#map = new HostMap(this.#hosts, options.topologyKey);
    this.#ruled = new RuledVms(engine, this.#map, this.#vms, this.#journal);
  }

  /** To be told after the engine. */
  upsertHost(host: ReserveHost): void {
    this.#seeOpen(host.name);
    const isOther = this.#hosts.get(host.name)?.traits !== host.traits;
    this.#put(this.#hosts, host.name, host);
    if (isOther) {
      this.#doubtfulHosts.add(host.name);
      this.#redraw();
    }
    for (const plan of this.#plans.values()) plan.upsertHost(this.#spare(host));
  }

  removeHost(name: string): void {
    if (!this.#hosts.has(name)) return;
    this.#put(this.#hosts, name, undefined);
    this.#put(this.#open, name, undefined);
    this.#redraw();
    for (const plan of this.#plans.values()) plan.removeHost(name);
  }

  /** To be told after the engine. */
  upsertVm(vm: PlacedVm): void {
    // Plans take over places of VMs as they were.
    this.#learn(vm);
    const before = this.#vms.get(vm.id);
    // With other labels it is another one to all rules: who kept away from it may come to its host.
    if (before && !sameRecords(before.labels, vm.labels)) this.removeVm(vm.id);
    else if (before && before.host !== vm.host) this.#leave(before);
    if (rulesOfItsOwn(before) !== rulesOfItsOwn(vm)) this.#doubt([vm.id]);
    this.#put(this.#vms, vm.id, vm);
    for (const plan of this.#plans.values()) plan.upsertVm(this.#protected(vm));
    this.#seeRules(vm);
  }

  removeVm(id: string): void {
    const vm = this.#vms.get(id);
    if (!vm) return;
    this.#put(this.#vms, id, undefined);
    this.#leave(vm);
    this.#ruled.forget(vm);
    for (const plan of this.#plans.values()) plan.removeVm(id);
  }

  hostOf(id: string): string | undefined {
    return this.#vms.get(id)?.host;
  }

  /** Policies of the namespace have changed. */
  reviewRules(namespace: string): void {
    for (const vm of this.#vms.values()) {
      if (vm.namespace !== namespace) continue;
      this.#doubt([vm.id]);
      this.#ruled.see(vm);
      for (const plan of this.#plans.values()) this.#doubt(this.#ruled.judgedOnItsHost(vm, plan), [plan]);
    }
  }

  /**
   * Does as `action` says, and then takes back all that the reserve and the engine were told meanwhile. `coming`: VMs that are
   * asked about then. Not to be begun after the engine was told something in a trial of its own.
   */
  trial<T>(coming: readonly VmState[], action: (plan: FailoverPlan) => T): T {
    for (const vm of coming) this.#learn(vm);
    const { failures } = this.options;
    const plan = this.#plan(failures);
    const plans = this.#plans;
    // Only what is asked about is kept up.
    this.#plans = new Map([[failures, plan]]);
    try {
      return this.#engine.trial(() => this.#journal.trial(() => plan.trial(() => action(plan))));
    } finally {
      this.#plans = plans;
      this.#doubtfulVms.delete(plan);
      this.#doubtfulHosts.clear();
      this.#isMapNew = this.#areDomainsNew = false;
    }
  }

  /**
   * Told in a trial of a change that the engine has been told, for a VM of the namespace. False: so many would have to be
   * asked anew that it would take too long.
   */
  suppose(change: SingleChange, namespace: string): boolean {
    const waiting = [...this.#plans.values()].reduce((sum, plan) => sum + plan.unprotectedCount, 0);
    if (waiting > supposedAtMost.unprotected) return false;
    if (change.kind === 'rule') return this.#supposeOneRuleLess(namespace);
    const host = 'host' in change ? this.#hosts.get(change.host) : undefined;
    if (host && change.kind === 'available') this.upsertHost({ ...host, takesVms: true });
    if (host && change.kind === 'room')
      this.upsertHost({ ...host, limits: sumOf(host.limits, change.resources) });
    return true;
  }

  /** As `reviewRules`; whoever has a place keeps it, as nothing is forbidden that was not. */
  #supposeOneRuleLess(namespace: string): boolean {
    const ruled = [...this.#ruled.in(namespace)].flatMap(({ id }) => this.#vms.get(id) ?? []);
    if (ruled.length > supposedAtMost.ruled) return false;
    for (const vm of ruled) this.#ruled.see(vm);
    const { unprotected } = this.#plan(this.options.failures);
    this.#doubt(unprotected.filter((id) => this.#vms.get(id)?.namespace === namespace));
    return true;
  }

  /**
   * Who would have no place if these VMs came to their hosts: of themselves, and of others that have one now; by id.
   * `leaving`: ids of VMs that are gone by then.
   */
  losses(placed: readonly PlacedVm[], leaving: readonly string[] = []): string[] {
    return this.trial(placed, (plan) => {
      // Where one is already it has to find its place as if it were new.
      for (const id of [...leaving, ...placed.map((vm) => vm.id)]) {
        this.#engine.removeVm(id);
        this.removeVm(id);
      }
      for (const vm of placed) {
        const inCell = this.#inCell(vm);
        this.#engine.upsertVm(inCell);
        this.upsertVm(inCell);
      }
      this.#review();
      return plan.findPlaces();
    });
  }

  /** Hosts that are worth a try: the best by score, then the best of those where nobody would have to move. */
  *candidates(request: PlacementRequest): Generator<string> {
    yield* this.#engine.ranked(request, triedAtMost);
    const plan = this.#plan(this.options.failures);
    const { sizes } = this.#protected({ ...request.vm, host: '' });
    yield* this.#engine.ranked(request, triedAtMost, (host) => plan.hasSpare(host, sizes));
  }

  /** What is left beside what VMs have and what is kept for them, as it is now. */
  room(): SpareRoom {
    const plan = this.#plan(this.options.failures);
    const hosts = [...this.#hosts.values()].flatMap(({ name, takesVms, limits }) => {
      const spare = takesVms ? plan.spareOn(name) : undefined;
      return spare
        ? [{ name, domain: this.#map.domainOf(name), spare: { ...limits, ...this.#amounts(spare) } }]
        : [];
    });
    return new SpareRoom(hosts, this.options.failures, (request) => this.#engine.allowed(request));
  }

  /** Hosts to which the VM would go, the first that is left; fewer than may fail when it has no place. */
  targetsOf(id: string): string[] {
    return this.#plan(this.options.failures).targetsOf(id);
  }

  report(): ReserveReport {
    const { failures } = this.options;
    const plan = this.#plan(failures);
    return {
      headroom: this.#headroom(),
      kept: this.#amounts(plan.kept),
      exposed: plan.unprotected,
      exposedResources: this.#amounts(plan.exposed),
      isSettled: plan.isSettled,
    };
  }

  /** The VM is not where it was any more, nor would it go where it was to. */
  #leave(vm: PlacedVm): void {
    this.#doubt(this.#ruled.judgedWithout(vm));
    const keys = this.#ruled
      .rulesOf(vm)
      .flatMap((rule) => (isOfOneHost(rule) ? [] : (rule.topologyKey ?? [])));
    if (keys.length === 0) return;
    for (const plan of this.#plans.values())
      for (const host of [vm.host, ...plan.plannedFor(vm.id)]) plan.letIn(this.#map.near(host, keys));
  }

  #seeOpen(name: string): void {
    const isOpen = this.#engine.takesVms(name) || undefined;
    if (this.#open.get(name) === isOpen) return;
    this.#put(this.#open, name, isOpen);
    this.#areDomainsNew = true;
  }

  #redraw(): void {
    this.#isMapNew = true;
    this.#map.redraw();
    this.#journal.note(() => this.#map.redraw());
  }

  #put<V>(map: Map<string, V>, key: string, value: V | undefined): void {
    const before = map.get(key);
    this.#journal.note(() => this.#put(map, key, before));
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }

  #seeRules(vm: PlacedVm): void {
    if (this.#ruled.see(vm)) this.#doubt([vm.id]);
    for (const [failures, plan] of this.#plans) {
      this.#doubt(this.#ruled.judgedOnItsHost(vm, plan), [plan]);
      this.#doubt(this.#ruled.judgedAround(vm, plan, failures), [plan]);
      // What it fills may have been so empty that others had to be there as well.
      if (this.#ruled.isSpread(vm.id)) plan.letIn(this.#hosts.keys());
    }
  }

  #doubt(ids: Iterable<string>, plans: Iterable<FailoverPlan> = this.#plans.values()): void {
    const all = [...ids];
    for (const plan of plans) {
      const doubtful = this.#doubtfulVms.get(plan) ?? new Set();
      this.#doubtfulVms.set(plan, doubtful);
      for (const id of all) doubtful.add(id);
    }
  }

  #headroom(): number {
    let failures = this.options.failures;
    while (failures > 0 && !this.#plan(failures).holds) failures -= 1;
    // Fewer than those that hold need not be kept up.
    for (const known of [...this.#plans.keys()]) if (known < failures) this.#plans.delete(known);
    return failures;
  }

  #plan(failures: number): FailoverPlan {
    const plan = this.#plans.get(failures) ?? this.#make(failures);
    this.#review();
    plan.mend();
    return plan;
  }

  #make(failures: number): FailoverPlan {
    const plan: FailoverPlan = new FailoverPlan({
      ...{ failures, dimensions: this.#resources.length },
      allows: (id) => places.of(id),
      beside: (ids) => places.beside(ids),
    });
    const [engine, map, ruled] = [this.#engine, this.#map, this.#ruled];
    const request = (vm: VmState) => this.#request(vm);
    const places = new AllowedPlaces({ engine, map, ruled, request }, failures, plan);
    for (const vm of this.#vms.values()) plan.upsertVm(this.#protected(vm));
    for (const host of this.#hosts.values()) plan.upsertHost(this.#spare(host));
    this.#plans.set(failures, plan);
    return plan;
  }

  #review(): void {
    if (this.#isMapNew) this.#doubt(this.#ruled.lookingAround());
    else if (this.#areDomainsNew) this.#doubt(this.#ruled.spread());
    this.#isMapNew = this.#areDomainsNew = false;
    for (const plan of this.#plans.values()) {
      plan.review(this.#doubtfulVms.get(plan) ?? [], [...this.#doubtfulHosts]);
      this.#doubtfulVms.delete(plan);
    }
    this.#doubtfulHosts.clear();
  }

  /** If the VM asks for what none has asked for before, all plans get one more dimension; nobody's place is another for it. */
  #learn({ requests }: Pick<VmState, 'requests'>): void {
    const unknown = Object.keys(requests).filter((name) => !this.#resources.includes(name));
    if (unknown.length === 0) return;
    const before = this.#resources;
    this.#journal.note(() => {
      this.#resources = before;
    });
    this.#resources = [...before, ...unknown];
    const older = [...this.#plans];
    this.#plans.clear();
    for (const [failures, plan] of older) {
      const made = this.#make(failures);
      made.takeOver(plan);
      this.#doubt(this.#doubtfulVms.get(plan) ?? [], [made]);
    }
  }

  /** The VM in the cell of its host that it would get, if it wants one. */
  #inCell(vm: PlacedVm): PlacedVm {
    const cell =
      vm.oneCell && vm.cell === undefined ? this.#engine.cellOn(this.#request(vm), vm.host) : vm.cell;
    return cell === undefined ? vm : { ...vm, cell };
  }

  #request(vm: VmState): PlacementRequest {
    return { vm, pool: this.options.pool, strategy: 'Spread' };
  }

  #spare({ name, limits, takesVms }: ReserveHost) {
    const amounts = this.#resources.map((resource) => limits[resource] ?? 0);
    return { name, domain: this.#map.domainOf(name), limits: amounts, takesVms };
  }

  #protected({ id, host, requests }: PlacedVm): ProtectedVm {
    return { id, host, sizes: this.#resources.map((resource) => sizeOf(requests[resource] ?? 0)) };
  }

  #amounts(vector: readonly number[]): Resources {
    return Object.fromEntries(this.#resources.map((name, index) => [name, vector[index] ?? 0]));
  }
}

function sumOf(a: Resources, b: Resources): Resources {
  const sum: Record<string, number> = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}
