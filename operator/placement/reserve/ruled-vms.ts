import type { PlacementEngine } from '../engine/engine.ts';
import type { Journal } from '../engine/journal.ts';
import { type NamedRule, rulesOf } from '../explain/policy-rules.ts';
import { matches } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import type { FailoverPlan } from './failover-plan.ts';
import type { HostMap } from './host-map.ts';
import { isAboutAll, isOfOneHost, leansOnOthers, rulesOfItsOwn } from './rule-reach.ts';

/** A VM of which policies tell something, and what they require of it. */
export interface RuledVm {
  id: string;
  namespace: string;
  host: string;
  rules: readonly NamedRule[];
  /** Whether others have to be with it. */
  isSought: boolean;
  /** The same for those of the namespace that are alike to all rules. */
  kind: string;
}

/**
 * The VMs of which policies tell something, and whose places one VM more or less puts in doubt. What it is told can be taken
 * back.
 */
export class RuledVms {
  readonly #engine: PlacementEngine;
  readonly #map: HostMap;
  readonly #vms: ReadonlyMap<string, PlacedVm>;
  readonly #journal: Journal;
  readonly #byId = new Map<string, RuledVm>();
  readonly #byNamespace = new Map<string, Set<RuledVm>>();
  readonly #byHost = new Map<string, Set<RuledVm>>();

  /** `vms`: all that there are, by id. */
  constructor(engine: PlacementEngine, map: HostMap, vms: ReadonlyMap<string, PlacedVm>, journal: Journal) {
    this.#engine = engine;
    this.#map = map;
    this.#vms = vms;
    this.#journal = journal;
  }

  /** Those of the namespace. */
  in(namespace: string): Iterable<RuledVm> {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /** Those of the namespace on these hosts. */
  *on(hosts: Iterable<string>, namespace: string): Generator<RuledVm> {
    for (const host of hosts)
      for (const vm of this.#byHost.get(host) ?? []) if (vm.namespace === namespace) yield vm;
  }

  /** Ids of those with rules that look at other hosts than the one that a VM comes to. */
  *lookingAround(): Generator<string> {
    for (const { id, rules } of this.#byId.values()) if (!rules.every(isOfOneHost)) yield id;
  }

  /** Ids of those that are spread over domains. */
  *spread(): Generator<string> {
    for (const id of this.#byId.keys()) if (this.isSpread(id)) yield id;
  }

  isSpread(id: string): boolean {
    return this.rulesOf({ id }).some(({ rule }) => rule === 'topologySpread');
  }

  /** Whether others have to be with the VM, as was seen last. */
  isSought(id: string): boolean {
    return this.#byId.get(id)?.isSought === true;
  }

  /** Whether other VMs' places may depend on where the VM is. */
  isLeantOn(id: string): boolean {
    return this.isSought(id) || this.rulesOf({ id }).some(leansOnOthers);
  }

  get(id: string): RuledVm | undefined {
    return this.#byId.get(id);
  }

  /** What policies require of the VM, as was seen last. */
  rulesOf({ id }: Pick<PlacedVm, 'id'>): readonly NamedRule[] {
    return this.#byId.get(id)?.rules ?? [];
  }

  /** Looks whether policies tell something of the VM now. @returns whether they do */
  see(vm: PlacedVm): boolean {
    const rules = this.#rulesFor(vm);
    const isSought = this.#isSought(vm);
    const { id, namespace, host } = vm;
    const isRuled = rules.length > 0 || isSought;
    const kind = isRuled ? `${rulesOfItsOwn(vm)} ${JSON.stringify(vm.labels)}` : '';
    this.#put(id, isRuled ? { id, namespace, host, rules, isSought, kind } : undefined);
    return isRuled;
  }

  forget({ id }: PlacedVm): void {
    this.#put(id, undefined);
  }

  /**
   * VMs whose places may be forbidden there once such a VM is on its host: by policies, or as their NUMA cell is taken. What
   * is kept for the VMs of exclusive policies is for nobody else.
   */
  *judgedOnItsHost(vm: PlacedVm, plan: FailoverPlan): Generator<string> {
    const isExclusive = this.rulesOf(vm).some(({ rule }) => rule === 'exclusive');
    for (const id of plan.guestsOf(vm.host)) if (isExclusive || this.#isChoosy(id)) yield id;
  }

  /** The same of those elsewhere, also where it would itself come. */
  *judgedAround(vm: PlacedVm, plan: FailoverPlan, failures: number): Generator<string> {
    const rules = this.rulesOf(vm);
    const isSought = this.#isSought(vm);
    if (!isSought && rules.every(isOfOneHost)) return;
    if (isSought || failures > 1 || rules.some(isAboutAll)) {
      for (const { id } of this.in(vm.namespace)) yield id;
      return;
    }
    // Who keeps apart is in the way where it is, and where it would go together with those of its own failure domain.
    const keys = rules.flatMap(({ topologyKey }) => topologyKey ?? []);
    for (const host of this.#map.near(vm.host, keys))
      for (const id of plan.guestsOf(host)) if (this.#byId.get(id)?.namespace === vm.namespace) yield id;
    for (const { id } of this.on(this.#map.failingWith(vm.host), vm.namespace)) yield id;
  }

  /** The same once it is not there any more. */
  *judgedWithout(vm: PlacedVm): Generator<string> {
    const isMissed = this.#rulesFor(vm).some((rule) => isAboutAll(rule) || rule.rule === 'topologySpread');
    if (isMissed || this.#isSought(vm)) for (const { id } of this.in(vm.namespace)) yield id;
  }

  /** Whether others have to be with such VMs, of which policies may tell nothing else. */
  #isSought({ namespace, labels }: Pick<VmState, 'namespace' | 'labels'>): boolean {
    return this.#engine
      .policiesOf(namespace)
      .some(({ vmAffinity }) =>
        vmAffinity.some(
          ({ enforcement, vmSelector }) =>
            enforcement.required && vmSelector !== undefined && matches(vmSelector, labels),
        ),
      );
  }

  #rulesFor(vm: Pick<VmState, 'namespace' | 'labels'>): NamedRule[] {
    return this.#engine.policiesFor(vm).flatMap(rulesOf);
  }

  #isChoosy(id: string): boolean {
    return this.#vms.get(id)?.oneCell === true || this.#byId.has(id);
  }

  #put(id: string, vm: RuledVm | undefined): void {
    const before = this.#byId.get(id);
    if (!before && !vm) return;
    this.#journal.note(() => this.#put(id, before));
    if (before) {
      remove(this.#byNamespace, before.namespace, before);
      remove(this.#byHost, before.host, before);
      this.#byId.delete(id);
    }
    if (vm) {
      this.#byId.set(id, vm);
      add(this.#byNamespace, vm.namespace, vm);
      add(this.#byHost, vm.host, vm);
    }
  }
}

function add<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}

function remove<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
