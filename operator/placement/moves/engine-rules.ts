import type { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { PlacedVm } from '../model/vm.ts';
import { Dependents } from './dependents.ts';
import type { MoveRules } from './rules.ts';

/** A VM that migrates counts once more by this name. */
export const arriving = (id: string) => `${id} arrives`;

/** What is known of one VM as things are: whether the host may have it … */
interface Asked {
  vm: number;
  /** … alone. */
  admits: (host: string) => boolean;
  /** … while it is where it is as well, by domain limits. */
  admitsBoth: (host: string) => boolean;
  /** … so that others keep their rules. */
  leavesOthers: (host: string) => boolean;
}

/**
 * An engine's own rules, asked of it itself: it is told of each move, and so has to be in a trial. Where its filters speak
 * of one VM that comes, a move is asked about thrice: as the VM will be once it is there alone, as it is while it counts on
 * both hosts, and as others find themselves without it.
 */
export class EngineRules implements MoveRules {
  readonly #engine: PlacementEngine;
  readonly #hosts: readonly string[];
  readonly #ask: (vm: PlacedVm) => PlacementRequest;
  readonly #dependents: Dependents;
  readonly #vms: readonly PlacedVm[];
  /** About the last VM that was asked about, until something is moved. */
  #asked: Asked | undefined;
  /** Each VM where it is, and where else while it migrates. */
  readonly #places: PlacedVm[][];

  constructor(
    engine: PlacementEngine,
    hosts: readonly string[],
    vms: readonly PlacedVm[],
    ask: (vm: PlacedVm) => PlacementRequest,
  ) {
    this.#engine = engine;
    this.#hosts = hosts;
    this.#ask = ask;
    this.#dependents = new Dependents(engine, ask);
    this.#vms = vms;
    this.#places = vms.map((vm) => [vm]);
  }

  allows(vm: number, host: number): boolean {
    if (this.#asked?.vm !== vm) this.#asked = this.#questionOf(vm);
    const { admits, admitsBoth, leavesOthers } = this.#asked;
    const name = this.#hosts[host] as string;
    return admits(name) && admitsBoth(name) && leavesOthers(name);
  }

  /** Planners ask about one VM and many hosts before they move anything. */
  #questionOf(vm: number): Asked {
    const here = this.#placesOf(vm)[0] as PlacedVm;
    // Counted where it is as well; other rules are told of one VM alone, and would find it beside itself.
    const twice = this.#ask({ ...here, id: arriving(here.id) });
    return {
      vm,
      admits: this.#engine.admission(this.#ask(here)),
      admitsBoth: this.#dependents.isLimited(here) ? this.#engine.withinDomainLimits(twice) : () => true,
      leavesOthers: this.#dependents.judge(here),
    };
  }

  arrive(vm: number, host: number): void {
    this.#asked = undefined;
    const places = this.#placesOf(vm);
    const there = this.#at(vm, host);
    this.#engine.upsertVm(places.length === 0 ? there : { ...there, id: arriving(there.id) });
    places.push(there);
  }

  leave(vm: number, host: number): void {
    this.#asked = undefined;
    const places = this.#placesOf(vm);
    const at = places.findIndex((place) => place.host === this.#hosts[host]);
    const [left] = places.splice(at, 1);
    if (!left) return;
    this.#engine.removeVm(arriving(left.id));
    const [rest] = places;
    if (rest) this.#engine.upsertVm(rest);
    else this.#engine.removeVm(left.id);
  }

  serials(vm: number): readonly number[] {
    return this.#dependents.serialsOf(this.#vms[vm] as PlacedVm);
  }

  /** The VM as it would be there, in the cell that it would get if it wants one. */
  #at(vm: number, host: number): PlacedVm {
    const before = this.#vms[vm] as PlacedVm;
    const name = this.#hosts[host] as string;
    if (name === before.host) return before;
    const { cell: _, ...rest } = before;
    const there = { ...rest, host: name };
    if (!there.oneCell) return there;
    const cell = this.#engine.cellOn(this.#ask(there), there.host);
    return cell === undefined ? there : { ...there, cell };
  }

  #placesOf(vm: number): PlacedVm[] {
    return this.#places[vm] as PlacedVm[];
  }
}
