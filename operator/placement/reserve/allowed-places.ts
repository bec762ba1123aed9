import type { AllowedHosts } from '../engine/allowed.ts';
import type { PlacementEngine } from '../engine/engine.ts';
import type { Stay } from '../engine/world.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { countedRequest } from '../model/resources.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import type { Allowance } from './failover.ts';
import type { FailoverPlan } from './failover-plan.ts';
import type { HostMap } from './host-map.ts';
import { isOfOneHost, leansOnOthers } from './rule-reach.ts';
import type { RuledVms } from './ruled-vms.ts';

/** What is known of the VMs and hosts that may fail. */
export interface FailingWorld {
  engine: PlacementEngine;
  map: HostMap;
  ruled: RuledVms;
  request: (vm: VmState) => PlacementRequest;
}

/** A VM that may lose its host with another, and all hosts to which it would go. */
interface Fellow extends Stay {
  home: string;
}

const nowhere: Allowance = { has: () => false, few: () => [] };

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
  of(id: string): Allowance {
    const vm = this.#world.engine.vm(id);
    if (!vm) return nowhere;
    const byRules = this.#byRules(vm);
    if (!vm.oneCell) return byRules;
    const { keeps, ...rest } = byRules;
    return { ...rest, has: (host) => byRules.has(host) && this.#hasCell(vm, host) };
  }

  /**
   * Whether one NUMA cell of the host has room for the VM and all others that want one and may come there with it: then
   * each finds its own in whatever order they come, as there is always that one.
   */
  #hasCell(vm: PlacedVm, host: string): boolean {
    const { engine, request } = this.#world;
    const requests: Record<string, number> = {};
    const guests = this.#plan.guestsWith(vm.id, host).flatMap((id) => engine.vm(id) ?? []);
    for (const one of [vm, ...guests.filter(({ oneCell }) => oneCell)])
      for (const [name, amount] of Object.entries(one.requests))
        requests[name] = (requests[name] ?? 0) + countedRequest(amount);
    return engine.cellOn(request({ ...vm, requests }), host) !== undefined;
  }

  #byRules(vm: PlacedVm): Allowance {
    const { engine, ruled } = this.#world;
    const request = this.#world.request(vm);
    const rules = ruled.rulesOf(vm);
    const isSought = ruled.isSought(vm.id);
    if (rules.length === 0 && !isSought && !engine.hasExclusiveVms) return { has: engine.allowed(request) };
    if (rules.every(isOfOneHost) && !isSought)
      return this.#besideGuests(vm, engine.allowedHosts(request, []));
    const fellows = this.#fellowsOf(vm);
    // With one failure fellows have one place each, and are all there.
    const spread = this.#failures > 1 ? rules.filter(({ rule }) => rule === 'topologySpread') : [];
    const keys = spread.flatMap(({ topologyKey }) => topologyKey ?? []);
    const along = fellows.filter(({ hosts }) => hosts.length > 0);
    const allowed = engine.allowedHosts(request, along, this.#world.map.failingWith(vm.host));
    // Also while no fellow has a place: who finds one after it is not asked whether it leaves this one to it.
    const apart =
      keys.length > 0 && fellows.length > 0 ? this.#spreadApart(allowed, fellows, keys) : undefined;
    const byRules = apart ?? ((host: string) => allowed.has(host));
    const isLeantOn = this.#failures === 1 && ruled.isLeantOn(vm.id);
    let others: readonly PlacementRequest[] | undefined;
    const leaves = (host: string) => {
      others ??= this.#leaningFellows(along);
      return others.length === 0 || this.#leaves(others, along, vm, host);
    };
    const keeps = (host: string) =>
      byRules(host) && (!engine.hasExclusiveVms || this.#sharesWithGuests(vm, allowed, host, along));
    const wide = rules.filter((rule) => !isOfOneHost(rule)).flatMap(({ topologyKey }) => topologyKey ?? []);
    return {
      has: (host) => keeps(host) && (!isLeantOn || leaves(host)),
      // Fellows who have places beside its own are asked for themselves.
      keeps,
      // Where it is in the same domains as it is now, rules that hold now go on holding, whoever else comes and goes.
      near: () => this.#world.map.alike(vm.host, wide),
      few: (most) => allowed.few(most),
    };
  }

  /** Whether guests of whatever namespace that come there with fellows leave the host to it as well. */
  #sharesWithGuests(vm: PlacedVm, allowed: AllowedHosts, host: string, along: readonly Stay[]): boolean {
    const known = new Set(along.map(({ id }) => id));
    const guests = this.#plan.guestsWith(vm.id, host).filter((id) => !known.has(id));
    const stays = guests.map((id) => ({ id, hosts: [host] }));
    return stays.length === 0 || allowed.hasThen(host, [...along, ...stays]);
  }

  /** For a VM whose rules look at no host but the one that it comes to. */
  #besideGuests(vm: PlacedVm, allowed: AllowedHosts): Allowance {
    return {
      few: (most) => allowed.few(most),
      has: (host) => {
        if (!allowed.has(host)) return false;
        const guests = this.#plan.guestsWith(vm.id, host).map((id) => ({ id, hosts: [host] }));
        return guests.length === 0 || allowed.hasThen(host, guests);
      },
    };
  }

  /** Fellows that may be elsewhere, and may not, would make a spread look better than it is then: they count nowhere. */
  #spreadApart(
    allowed: AllowedHosts,
    fellows: readonly Fellow[],
    keys: readonly string[],
  ): (host: string) => boolean {
    return (host) => {
      if (!allowed.has(host)) return false;
      const near = this.#world.map.near(host, keys);
      const stays = fellows.map(({ id, home, hosts }) => {
        const isHome = near.has(home) && !(hosts[0] !== undefined && near.has(hosts[0]));
        return { id, hosts: [...(isHome ? [home] : []), ...hosts.filter((one) => near.has(one))] };
      });
      return allowed.hasThen(host, stays);
    };
  }

  /** Of fellows that have places only where others are as they are, one for all that are alike and go to the same host. */
  #leaningFellows(along: readonly Fellow[]): PlacementRequest[] {
    const { engine, ruled, request } = this.#world;
    const known = new Map<string, PlacementRequest>();
    for (const { id, hosts } of along) {
      const one = ruled.get(id);
      const key = `${hosts[0]} ${one?.kind}`;
      if (known.has(key) || !one?.rules.some(leansOnOthers)) continue;
      const vm = engine.vm(id);
      if (vm) known.set(key, request(vm));
    }
    return [...known.values()];
  }

  /** Whether the others may be where they would go if the VM goes to the host: what it leaves may be too empty then. */
  #leaves(
    others: readonly PlacementRequest[],
    along: readonly Fellow[],
    { id, host: home }: PlacedVm,
    host: string,
  ) {
    const stays = [...along, { id, hosts: [host] }];
    return this.#world.engine.allowedTogether(others, stays, this.#world.map.failingWith(home));
  }

  /**
   * VMs whose places may be forbidden as these have lost theirs: what they would have filled is emptier. With several
   * failures nobody counts on others being elsewhere.
   */
  *beside(ids: Iterable<string>): Generator<string> {
    const { engine, ruled, map } = this.#world;
    if (this.#failures > 1) return;
    const seen = new Set<string>();
    for (const id of ids) {
      const vm = engine.vm(id);
      if (!vm || !ruled.isLeantOn(id)) continue;
      const key = `${vm.namespace} ${map.domainOf(vm.host)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const one of ruled.on(map.failingWith(vm.host), vm.namespace))
        if (one.rules.some(leansOnOthers)) yield one.id;
    }
  }

  /** VMs of the same namespace with rules that may lose their hosts at once with the VM. */
  #fellowsOf(vm: PlacedVm): Fellow[] {
    const { map, ruled } = this.#world;
    const ids =
      this.#failures > 1 ? ruled.in(vm.namespace) : ruled.on(map.failingWith(vm.host), vm.namespace);
    const fellows: Fellow[] = [];
    for (const { id, host } of ids)
      if (id !== vm.id) fellows.push({ id, home: host, hosts: this.#plan.plannedFor(id) });
    return fellows;
  }
}
