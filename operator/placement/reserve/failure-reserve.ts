import type { PlacementEngine } from '../engine/engine.ts';
import { type NamedRule, rulesOf } from '../explain/policy-rules.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { countedRequest, cpu, memory, type Resources } from '../model/resources.ts';
import type { Labels } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import type { ProtectedVm } from './failover.ts';
import { FailoverPlan } from './failover-plan.ts';
import { HostMap } from './host-map.ts';
import { isAboutAll, isOfOneHost, rulesOfItsOwn } from './rule-reach.ts';
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

/** What one pool keeps free so that every VM has a place after failures: the failover plan, by the engine's own rules. */
export class FailureReserve {
  readonly options: ReserveOptions;
  readonly #engine: PlacementEngine;
  readonly #hosts = new Map<string, ReserveHost>();
  readonly #vms = new Map<string, PlacedVm>();
  /** The resources that any VM has, in the order of the plans' dimensions. */
  #resources = [cpu, memory];
  /** By namespace, the VMs of which policies tell something. */
  readonly #ruled = new Map<string, Set<string>>();
  /** By failures: the one asked for, and fewer while that does not hold. Made when asked for. */
  readonly #plans = new Map<number, FailoverPlan>();
  /** VMs and hosts about which rules may judge otherwise than when the plans were asked last. */
  readonly #doubtfulVms = new Set<string>();
  readonly #doubtfulHosts = new Set<string>();
  /** Whether hosts came, went or moved to another domain of some key: rules over domains may judge all VMs otherwise. */
  #isMapNew = false;
  readonly #map = new HostMap(this.#hosts, (name) => this.#domainOf(name));

  constructor(engine: PlacementEngine, options: ReserveOptions) {
    this.#engine = engine;
    this.options = options;
  }

  upsertHost(host: ReserveHost): void {
    const before = this.#hosts.get(host.name);
    this.#hosts.set(host.name, host);
    if (before?.traits !== host.traits) {
      this.#doubtfulHosts.add(host.name);
      this.#redraw();
    }
    for (const plan of this.#plans.values()) plan.upsertHost(this.#spare(host));
  }

  removeHost(name: string): void {
    if (!this.#hosts.delete(name)) return;
    this.#redraw();
    for (const plan of this.#plans.values()) plan.removeHost(name);
  }

  upsertVm(vm: PlacedVm): void {
    const before = this.#vms.get(vm.id);
    if (before && before.host !== vm.host)
      for (const id of this.#judgedWithout(before)) this.#doubtfulVms.add(id);
    if (rulesOfItsOwn(before) !== rulesOfItsOwn(vm)) this.#doubtfulVms.add(vm.id);
    this.#vms.set(vm.id, vm);
    const isNew = Object.keys(vm.requests).some((name) => !this.#resources.includes(name));
    if (isNew) this.#beginAnew();
    for (const plan of this.#plans.values()) plan.upsertVm(this.#protected(vm));
    this.#noteRules(vm);
  }

  removeVm(id: string): void {
    const vm = this.#vms.get(id);
    if (!vm) return;
    this.#vms.delete(id);
    this.#ruled.get(vm.namespace)?.delete(id);
    for (const one of this.#judgedWithout(vm)) this.#doubtfulVms.add(one);
    for (const plan of this.#plans.values()) plan.removeVm(id);
  }

  hostOf(id: string): string | undefined {
    return this.#vms.get(id)?.host;
  }

  /** Policies of the namespace have changed. */
  reviewRules(namespace: string): void {
    for (const vm of this.#vms.values()) {
      if (vm.namespace !== namespace) continue;
      this.#doubtfulVms.add(vm.id);
      this.#noteRules(vm);
    }
  }

  /**
   * Who would have no place if these VMs came to their hosts: of themselves, and of others that have one now; by id.
   * `leaving`: ids of VMs that are gone by then. Not to be asked within a trial of the engine.
   */
  losses(placed: readonly PlacedVm[], leaving: readonly string[] = []): string[] {
    const plan = this.#plan(this.options.failures);
    return this.#engine.trial(() => {
      for (const id of leaving) this.#engine.removeVm(id);
      for (const vm of placed) this.#engine.upsertVm(this.#inCell(vm));
      const whoseRules = new Set([
        ...placed.flatMap((vm) => [...this.#judgedBeside(vm, plan)]),
        ...leaving.flatMap((id) => {
          const vm = this.#vms.get(id);
          return vm ? [...this.#judgedWithout(vm)] : [];
        }),
      ]);
      return plan.losses(
        placed.map((vm) => this.#protected(vm)),
        { leaving, whoseRules },
      );
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
        ? [{ name, domain: this.#domainOf(name), spare: { ...limits, ...this.#amounts(spare) } }]
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

  #redraw(): void {
    this.#isMapNew = true;
    this.#map.redraw();
  }

  #noteRules(vm: PlacedVm): void {
    const ruled = this.#ruled.get(vm.namespace) ?? new Set();
    ruled.delete(vm.id);
    const rules = this.#rulesFor(vm);
    if (rules.length > 0) {
      this.#ruled.set(vm.namespace, ruled.add(vm.id));
      this.#doubtfulVms.add(vm.id);
    }
    for (const plan of this.#plans.values())
      for (const id of this.#judgedBeside(vm, plan)) this.#doubtfulVms.add(id);
  }

  /**
   * VMs whose places may be forbidden once such a VM is on its host: by policies, also of those alone who would come there,
   * or as their NUMA cell there is taken.
   */
  *#judgedBeside(vm: PlacedVm, plan: FailoverPlan): Generator<string> {
    const rules = this.#rulesFor(vm);
    for (const id of plan.guestsOf(vm.host)) if (this.#isChoosy(id)) yield id;
    if (rules.every(isOfOneHost)) return;
    const ruled = this.#ruled.get(vm.namespace) ?? none;
    if (this.options.failures > 1 || rules.some(isAboutAll)) {
      yield* ruled;
      return;
    }
    // Who keeps apart is in the way where it is, and where it would go together with those of its own failure domain.
    const keys = rules.flatMap(({ topologyKey }) => topologyKey ?? []);
    for (const host of this.#map.near(vm.host, keys))
      for (const id of plan.guestsOf(host)) if (ruled.has(id)) yield id;
    for (const id of this.#vmsIn(this.#domainOf(vm.host))) if (ruled.has(id)) yield id;
  }

  #isChoosy(id: string): boolean {
    const { namespace = '', oneCell } = this.#vms.get(id) ?? {};
    return oneCell === true || this.#ruled.get(namespace)?.has(id) === true;
  }

  /** The same once it is not there any more. */
  #judgedWithout(vm: PlacedVm): Iterable<string> {
    const isMissed = this.#rulesFor(vm).some((rule) => isAboutAll(rule) || rule.rule === 'topologySpread');
    return (isMissed && this.#ruled.get(vm.namespace)) || none;
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
      allows: (id) => this.#allowed(id, failures, plan),
    });
    for (const vm of this.#vms.values()) plan.upsertVm(this.#protected(vm));
    for (const host of this.#hosts.values()) plan.upsertHost(this.#spare(host));
    this.#plans.set(failures, plan);
    return plan;
  }

  #review(): void {
    if (this.#isMapNew)
      for (const ids of this.#ruled.values()) for (const id of ids) this.#doubtfulVms.add(id);
    this.#isMapNew = false;
    for (const plan of this.#plans.values()) plan.review(this.#doubtfulVms, [...this.#doubtfulHosts]);
    this.#doubtfulHosts.clear();
    this.#doubtfulVms.clear();
  }

  /** A VM asks for what none has asked for before: all plans get one more dimension. */
  #beginAnew(): void {
    const names = [...this.#vms.values()].flatMap(({ requests }) => Object.keys(requests));
    this.#resources = [...new Set([...this.#resources, ...names])];
    this.#plans.clear();
  }

  /** Where the VM may be after failures: by the rules as VMs are now, and beside those who would come there with it. */
  #allowed(id: string, failures: number, plan: FailoverPlan): (host: string) => boolean {
    const vm = this.#engine.vm(id);
    if (!vm) return () => false;
    const byRules = this.#allowedByRules(vm, failures, plan);
    return vm.oneCell ? (host) => byRules(host) && this.#hasCell(vm, host, failures, plan) : byRules;
  }

  /**
   * Whether one NUMA cell of the host has room for the VM and all others that want one and may come there with it: then
   * each finds its own in whatever order they come, as there is always that one.
   */
  #hasCell(vm: PlacedVm, host: string, failures: number, plan: FailoverPlan): boolean {
    const others = plan.guestsOf(host).flatMap((guest) => this.#fallsWith(vm, guest, failures));
    const requests: Record<string, number> = {};
    for (const one of [vm, ...others.filter(({ oneCell }) => oneCell)])
      for (const [name, amount] of Object.entries(one.requests))
        requests[name] = (requests[name] ?? 0) + countedRequest(amount);
    return this.#engine.cellOn(this.#request({ ...vm, requests }), host) !== undefined;
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

  #allowedByRules(vm: PlacedVm, failures: number, plan: FailoverPlan): (host: string) => boolean {
    const request = this.#request(vm);
    const allowed = this.#engine.allowed(request);
    const rules = this.#rulesFor(vm);
    if (rules.length === 0) return allowed;
    const isWide = !rules.every(isOfOneHost);
    const fellows = isWide ? this.#fellowsOf(vm, failures) : [];
    const along = fellows.flatMap((one) => atAllPlaces(one, plan));
    if (isWide && along.length === 0) return allowed;
    // With one failure fellows have one place each, and are all there.
    const spread = failures > 1 ? rules.filter(({ rule }) => rule === 'topologySpread') : [];
    const keys = spread.flatMap(({ topologyKey }) => topologyKey ?? []);
    const holds = (host: string, beside: readonly PlacedVm[], without: readonly PlacedVm[] = []) =>
      this.#engine.trial(() => {
        for (const one of without) this.#engine.removeVm(one.id);
        for (const one of beside) this.#engine.upsertVm(one);
        return this.#engine.allowed(request)(host);
      });
    return (host) => {
      if (!allowed(host)) return false;
      const beside = isWide ? along : this.#guestsWith(vm, host, failures, plan);
      if (beside.length === 0) return true;
      if (!holds(host, beside)) return false;
      if (keys.length === 0) return true;
      // Fellows that may be elsewhere, and may not, would make the spread look better than it is then.
      const near = this.#map.near(host, keys);
      const isNear = (one: PlacedVm) => near.has(one.host);
      const far = fellows.filter((one) => !isNear(one));
      return holds(host, beside.filter(isNear), far);
    };
  }

  /** VMs of the same namespace with rules that may lose their hosts at once with the VM. */
  #fellowsOf(vm: PlacedVm, failures: number): PlacedVm[] {
    const ruled = this.#ruled.get(vm.namespace) ?? none;
    const lost = failures > 1 ? ruled : this.#vmsIn(this.#domainOf(vm.host));
    return [...lost].flatMap((id) => {
      const one = id === vm.id ? undefined : this.#engine.vm(id);
      // One that is only asked about is not among the ruled yet.
      if (one?.namespace !== vm.namespace) return [];
      return ruled.has(id) || this.#rulesFor(one).length > 0 ? one : [];
    });
  }

  /** The guest, if it may lose its host at once with the VM. */
  #fallsWith(vm: PlacedVm, id: string, failures: number): PlacedVm[] {
    const guest = id === vm.id ? undefined : this.#engine.vm(id);
    if (!guest) return [];
    return failures > 1 || this.#domainOf(guest.host) === this.#domainOf(vm.host) ? [guest] : [];
  }

  /** Who would come to the host at once with the VM, and whom a policy may tell from others. */
  #guestsWith(vm: PlacedVm, host: string, failures: number, plan: FailoverPlan): PlacedVm[] {
    return plan
      .guestsOf(host)
      .flatMap((id) => this.#fallsWith(vm, id, failures))
      .filter((guest) => this.#engine.policiesFor(guest).length > 0)
      .map((guest) => ({ ...guest, host }));
  }

  *#vmsIn(domain: string): Generator<string> {
    for (const host of this.#map.failingWith(domain)) for (const { id } of this.#engine.vmsOn(host)) yield id;
  }

  #rulesFor(vm: PlacedVm): NamedRule[] {
    return this.#engine.policiesFor(vm).flatMap(rulesOf);
  }

  #domainOf(name: string): string {
    const value = this.#hosts.get(name)?.labels[this.options.topologyKey];
    return value === undefined ? `host ${name}` : `value ${value}`;
  }

  #spare({ name, limits, takesVms }: ReserveHost) {
    const amounts = this.#resources.map((resource) => limits[resource] ?? 0);
    return { name, domain: this.#domainOf(name), limits: amounts, takesVms };
  }

  #protected({ id, host, requests }: PlacedVm): ProtectedVm {
    return { id, host, sizes: this.#resources.map((resource) => sizeOf(requests[resource] ?? 0)) };
  }

  #amounts(vector: readonly number[]): Resources {
    return Object.fromEntries(this.#resources.map((name, index) => [name, vector[index] ?? 0]));
  }
}

const none: ReadonlySet<string> = new Set();

/** At all places where it would go. */
function atAllPlaces(vm: PlacedVm, plan: FailoverPlan): PlacedVm[] {
  return plan
    .plannedFor(vm.id)
    .map((host, at) => ({ ...vm, ...(at === 0 ? {} : { id: `${vm.id} ${at}` }), host }));
}
