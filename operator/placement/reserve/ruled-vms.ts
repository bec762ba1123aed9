import type { PlacementEngine } from '../engine/engine.ts';
import type { Journal } from '../engine/journal.ts';
import { type NamedRule, rulesOf } from '../explain/policy-rules.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import type { FailoverPlan } from './failover-plan.ts';
import type { HostMap } from './host-map.ts';
import { isAboutAll, isOfOneHost } from './rule-reach.ts';

const none: ReadonlySet<string> = new Set();

/**
 * The VMs of which policies tell something, and whose places one VM more or less puts in doubt. What it is told can be taken
 * back.
 */
export class RuledVms {
  readonly #engine: PlacementEngine;
  readonly #map: HostMap;
  readonly #vms: ReadonlyMap<string, PlacedVm>;
  readonly #journal: Journal;
  readonly #byNamespace = new Map<string, Set<string>>();

  /** `vms`: all that there are, by id. */
  constructor(engine: PlacementEngine, map: HostMap, vms: ReadonlyMap<string, PlacedVm>, journal: Journal) {
    this.#engine = engine;
    this.#map = map;
    this.#vms = vms;
    this.#journal = journal;
  }

  /** Ids of those of the namespace. */
  in(namespace: string): ReadonlySet<string> {
    return this.#byNamespace.get(namespace) ?? none;
  }

  *all(): Generator<string> {
    for (const ids of this.#byNamespace.values()) yield* ids;
  }

  /** What policies require of the VM. */
  rulesFor(vm: Pick<VmState, 'namespace' | 'labels'>): NamedRule[] {
    return this.#engine.policiesFor(vm).flatMap(rulesOf);
  }

  /** Looks whether policies tell something of the VM now. @returns whether they do */
  see(vm: PlacedVm): boolean {
    const isRuled = this.rulesFor(vm).length > 0;
    this.#put(vm, isRuled);
    return isRuled;
  }

  forget(vm: PlacedVm): void {
    this.#put(vm, false);
  }

  /**
   * VMs whose places may be forbidden once such a VM is on its host: by policies, also of those alone who would come there,
   * or as their NUMA cell there is taken.
   */
  *judgedBeside(vm: PlacedVm, plan: FailoverPlan, failures: number): Generator<string> {
    const rules = this.rulesFor(vm);
    for (const id of plan.guestsOf(vm.host)) if (this.#isChoosy(id)) yield id;
    if (rules.every(isOfOneHost)) return;
    const ruled = this.in(vm.namespace);
    if (failures > 1 || rules.some(isAboutAll)) {
      yield* ruled;
      return;
    }
    // Who keeps apart is in the way where it is, and where it would go together with those of its own failure domain.
    const keys = rules.flatMap(({ topologyKey }) => topologyKey ?? []);
    for (const host of this.#map.near(vm.host, keys))
      for (const id of plan.guestsOf(host)) if (ruled.has(id)) yield id;
    for (const id of this.failingWith(vm)) if (ruled.has(id)) yield id;
  }

  /** The same once it is not there any more. */
  judgedWithout(vm: PlacedVm): ReadonlySet<string> {
    const isMissed = this.rulesFor(vm).some((rule) => isAboutAll(rule) || rule.rule === 'topologySpread');
    return isMissed ? this.in(vm.namespace) : none;
  }

  /** All VMs, ruled or not, on the hosts that fail with the one of this VM, by id. */
  *failingWith({ host }: PlacedVm): Generator<string> {
    for (const name of this.#map.failingWith(host)) for (const { id } of this.#engine.vmsOn(name)) yield id;
  }

  #isChoosy(id: string): boolean {
    const { namespace = '', oneCell } = this.#vms.get(id) ?? {};
    return oneCell === true || this.in(namespace).has(id);
  }

  #put(vm: Pick<PlacedVm, 'id' | 'namespace'>, isIn: boolean): void {
    const ids = this.#byNamespace.get(vm.namespace) ?? new Set();
    if (ids.has(vm.id) === isIn) return;
    this.#journal.note(() => this.#put(vm, !isIn));
    if (isIn) ids.add(vm.id);
    else ids.delete(vm.id);
    this.#byNamespace.set(vm.namespace, ids);
  }
}
