import type { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest } from '../model/decision.ts';
import type { PlacedVm } from '../model/vm.ts';
import { Dependents } from './dependents.ts';
import type { MoveRules } from './rules.ts';

/** A VM that migrates counts once more by this name. */
const arriving = (id: string) => `${id} arrives`;

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
    const there = this.#at(vm, host);
    const { id } = there;
    const refusals = this.#engine.refusalsOn(this.#ask(there), there.host);
    // Of room in all the planner knows more, as of reserves; of cells it knows nothing.
    if (refusals.some(({ code }) => code !== 'Resource')) return false;
    return !this.#isOneDomainTooMany({ ...there, id: arriving(id) }) && this.#dependents.allow(there);
  }

  arrive(vm: number, host: number): void {
    const places = this.#placesOf(vm);
    const there = this.#at(vm, host);
    this.#engine.upsertVm(places.length === 0 ? there : { ...there, id: arriving(there.id) });
    places.push(there);
  }

  leave(vm: number, host: number): void {
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

  /** With the VM counted where it is as well; other rules are told of one VM alone, and would find it beside itself. */
  #isOneDomainTooMany(vm: PlacedVm): boolean {
    if (!this.#dependents.isLimited(vm)) return false;
    return this.#engine.refusalsOn(this.#ask(vm), vm.host).some(({ code }) => code === 'DomainLimit');
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
