import type { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { countedRequest } from '../model/resources.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import type { FailoverPlan } from './failover-plan.ts';
import type { HostMap } from './host-map.ts';
import { isOfOneHost } from './rule-reach.ts';
import type { RuledVms } from './ruled-vms.ts';

/** What is known of the VMs and hosts that may fail. */
export interface FailingWorld {
  engine: PlacementEngine;
  map: HostMap;
  ruled: RuledVms;
  request: (vm: VmState) => PlacementRequest;
}

/** Where VMs may be after failures: by the rules as VMs are now, and beside those who would come there with them. */
export class AllowedPlaces {
  readonly #world: FailingWorld;
  readonly #failures: number;
  readonly #plan: FailoverPlan;

  /** `plan`: for so many failures; where the others would go. */
  constructor(world: FailingWorld, failures: number, plan: FailoverPlan) {
    this.#world = world;
    this.#failures = failures;
    this.#plan = plan;
  }

  /** As things are now, for the VM of this id. */
  of(id: string): (host: string) => boolean {
    const vm = this.#world.engine.vm(id);
    if (!vm) return () => false;
    const byRules = this.#byRules(vm);
    return vm.oneCell ? (host) => byRules(host) && this.#hasCell(vm, host) : byRules;
  }

  /**
   * Whether one NUMA cell of the host has room for the VM and all others that want one and may come there with it: then
   * each finds its own in whatever order they come, as there is always that one.
   */
  #hasCell(vm: PlacedVm, host: string): boolean {
    const { engine, request } = this.#world;
    const requests: Record<string, number> = {};
    for (const one of [vm, ...this.#guestsWith(vm, host).filter(({ oneCell }) => oneCell)])
      for (const [name, amount] of Object.entries(one.requests))
        requests[name] = (requests[name] ?? 0) + countedRequest(amount);
    return engine.cellOn(request({ ...vm, requests }), host) !== undefined;
  }

  #byRules(vm: PlacedVm): (host: string) => boolean {
    const { engine, map, ruled } = this.#world;
    const request = this.#world.request(vm);
    const allowed = engine.allowed(request);
    const rules = ruled.rulesFor(vm);
    if (rules.length === 0) return allowed;
    const isWide = !rules.every(isOfOneHost);
    const fellows = isWide ? this.#fellowsOf(vm) : [];
    const along = fellows.flatMap((one) => this.#atAllPlaces(one));
    if (isWide && along.length === 0) return allowed;
    // With one failure fellows have one place each, and are all there.
    const spread = this.#failures > 1 ? rules.filter(({ rule }) => rule === 'topologySpread') : [];
    const keys = spread.flatMap(({ topologyKey }) => topologyKey ?? []);
    const holds = (host: string, beside: readonly PlacedVm[], without: readonly PlacedVm[] = []) =>
      engine.trial(() => {
        for (const one of without) engine.removeVm(one.id);
        for (const one of beside) engine.upsertVm(one);
        return engine.allowed(request)(host);
      });
    return (host) => {
      if (!allowed(host)) return false;
      const beside = isWide ? along : this.#ruledGuestsWith(vm, host);
      if (beside.length === 0) return true;
      if (!holds(host, beside)) return false;
      if (keys.length === 0) return true;
      // Fellows that may be elsewhere, and may not, would make the spread look better than it is then.
      const near = map.near(host, keys);
      const isNear = (one: PlacedVm) => near.has(one.host);
      const far = fellows.filter((one) => !isNear(one));
      return holds(host, beside.filter(isNear), far);
    };
  }

  /** VMs of the same namespace with rules that may lose their hosts at once with the VM. */
  #fellowsOf(vm: PlacedVm): PlacedVm[] {
    const { engine, ruled } = this.#world;
    const ids = this.#failures > 1 ? ruled.in(vm.namespace) : ruled.failingWith(vm);
    return [...ids].flatMap((id) => {
      const one = id === vm.id ? undefined : engine.vm(id);
      return one && ruled.in(vm.namespace).has(id) ? one : [];
    });
  }

  /** Who would come to the host at once with the VM, as it may lose its own at once. */
  #guestsWith(vm: PlacedVm, host: string): PlacedVm[] {
    const { engine, map } = this.#world;
    return this.#plan.guestsOf(host).flatMap((id) => {
      const guest = id === vm.id ? undefined : engine.vm(id);
      return guest && (this.#failures > 1 || map.failTogether(guest.host, vm.host)) ? guest : [];
    });
  }

  /** Those of them, there, whom a policy may tell from others. */
  #ruledGuestsWith(vm: PlacedVm, host: string): PlacedVm[] {
    const { engine } = this.#world;
    return this.#guestsWith(vm, host)
      .filter((guest) => engine.policiesFor(guest).length > 0)
      .map((guest) => ({ ...guest, host }));
  }

  /** At all places where it would go. */
  #atAllPlaces(vm: PlacedVm): PlacedVm[] {
    return this.#plan
      .plannedFor(vm.id)
      .map((host, at) => ({ ...vm, ...(at === 0 ? {} : { id: `${vm.id} ${at}` }), host }));
  }
}
