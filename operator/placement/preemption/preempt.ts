import type { PlacementEngine } from '../engine/engine.ts';
import type { Placement, PlacementRequest } from '../model/decision.ts';
import type { PlacedVm } from '../model/vm.ts';
import { leaveOut } from './leave-out.ts';
import { type Choice, cheapestFirst, pairs, type Stage, singles } from './victims.ts';

export interface Preemption extends Placement {
  /** Ids of the VMs that make way, the least important first; none when the VM fits as things are. */
  victims: readonly string[];
}

export interface PreemptionOptions {
  /** Ids of VMs that leave their hosts anyway. */
  leaving?: readonly string[];
  /** Spares VMs. */
  mayMakeWay?: (vm: PlacedVm) => boolean;
  /** Whether somebody refuses the VM on a host that rules and room would let it on, once those of these ids are gone. */
  isRefused?: (host: string, leaving: readonly string[]) => boolean;
}

/** Choices that are tried of each size, cheapest first: each costs a look at one host. */
const tried = 2000;

/** Hosts on which the VM fits that are tried, the best first; as many as for any VM. */
const fittingTried = 8;

/**
 * Where the VM would go if VMs of lower priority on one host made way: fewest victims, then those of lowest priority, then
 * the least memory lost, then by name. It breaks no rule, and nobody refuses it. Undefined when no host could be cleared for
 * it: VMs elsewhere, as those that are in its way by a rule over a larger domain, are not moved. The engine is left as it
 * was.
 */
export function preempt(
  engine: PlacementEngine,
  request: PlacementRequest,
  options: PreemptionOptions = {},
): Preemption | undefined {
  const search = new Search(engine, request, options);
  const fitting = search.fitting();
  if (fitting !== undefined) return search.settled({ host: fitting, victims: [] });
  const stages = search.stages();
  for (const choices of [singles, pairs]) {
    const ordered = stages.flatMap((stage) => choices(stage)).sort(cheapestFirst);
    const choice = ordered.slice(0, tried).find((one) => search.fits(one));
    if (choice) return search.settled(choice);
  }
  const larger = stages.flatMap((stage) => leaveOut(stage, (one) => search.fits(one)) ?? []);
  const [cheapest] = larger.sort(cheapestFirst);
  return cheapest && search.settled(cheapest);
}

/** The engine, asked about a world in which some are gone. */
class Search {
  readonly #engine: PlacementEngine;
  readonly #request: PlacementRequest;
  readonly #leaving: readonly string[];
  readonly #options: PreemptionOptions;

  constructor(engine: PlacementEngine, request: PlacementRequest, options: PreemptionOptions) {
    this.#engine = engine;
    this.#request = request;
    this.#leaving = options.leaving ?? [];
    this.#options = options;
  }

  /** The best host on which it fits with nobody stopped. */
  fitting(): string | undefined {
    const hosts = this.#without([], () => this.#engine.ranked(this.#request, fittingTried));
    return hosts.find((host) => !this.#isRefused(host, []));
  }

  /** Hosts on which VMs of lower priority could make way. */
  stages(): Stage[] {
    const { mayMakeWay = () => true } = this.#options;
    return this.#without([], () =>
      this.#engine
        .candidates(this.#request)
        .flatMap((host) => stageOn(this.#engine, this.#request, host, mayMakeWay) ?? []),
    );
  }

  /** Whether the host takes the VM once the victims are gone. */
  fits({ host, victims }: Choice): boolean {
    const ids = victims.map(({ id }) => id);
    const isFull = this.#without(ids, () => this.#engine.refusalOn(this.#request, host) !== undefined);
    return !isFull && !this.#isRefused(host, ids);
  }

  /** With the NUMA cell that it gets once the victims are gone. */
  settled({ host, victims }: Choice): Preemption {
    const ids = victims.map(({ id }) => id);
    const cell = this.#without(ids, () => this.#engine.cellOn(this.#request, host));
    return { host, ...(cell === undefined ? {} : { cell }), victims: ids };
  }

  #isRefused(host: string, victims: readonly string[]): boolean {
    return this.#options.isRefused?.(host, [...this.#leaving, ...victims]) ?? false;
  }

  /** Where it is already, if anywhere, the VM is not in its own way. */
  #without<T>(victims: readonly string[], action: () => T): T {
    return this.#engine.trial(() => {
      for (const id of [this.#request.vm.id, ...this.#leaving, ...victims]) this.#engine.removeVm(id);
      return action();
    });
  }
}

/** A host on which VMs of lower priority could make way; undefined when there is none, or not enough to be had. */
function stageOn(
  engine: PlacementEngine,
  { vm }: PlacementRequest,
  host: string,
  mayMakeWay: (vm: PlacedVm) => boolean,
): Stage | undefined {
  const priority = engine.priorityOf(vm);
  const lower = engine
    .vmsOn(host)
    .map((one) => ({ ...one, priority: engine.priorityOf(one) }))
    .filter((one) => one.priority < priority && mayMakeWay(one));
  if (lower.length === 0) return undefined;
  const room = engine.room(host);
  const missing: Record<string, number> = {};
  for (const [name, amount] of Object.entries(vm.requests)) {
    const lacking = amount - (room[name]?.free ?? 0);
    if (amount > 0 && lacking > 0) missing[name] = lacking;
  }
  const isEnough = Object.entries(missing).every(([name, amount]) => sumOf(lower, name) >= amount);
  return isEnough ? { host, lower, missing } : undefined;
}

function sumOf(vms: readonly PlacedVm[], resource: string): number {
  return vms.reduce((sum, { requests }) => sum + (requests[resource] ?? 0), 0);
}
