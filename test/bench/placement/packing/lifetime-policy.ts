import type { Expectations } from './expectations.ts';
import type { Fleet } from './fleet.ts';
import { horizonCount, type Stay } from './lives/horizons.ts';
import { HostExits } from './lives/host-exits.ts';
import { defaultPackingWeights, packingScore } from './lives/packing-score.ts';
import {
  costOfStay,
  defaultLifetimeWeights,
  horizonWeights,
  lifetimePenalty,
  type StayCost,
  scarcityOf,
} from './lives/penalty.ts';
import { DemandMix, type Shape, strandedShare } from './lives/stranding.ts';
import type { Move, Policy } from './replay.ts';
import type { Trace, TraceVm } from './traces.ts';

const staleSeconds = 900;
const shapesThatCount = 8;

/** The scores of `lives/` with their default weights; the mix of demand is that of another trace. */
export class LifetimePolicy implements Policy {
  readonly #expectations: Expectations;
  readonly #shapes: readonly Shape[];
  readonly #exits = new HostExits();
  readonly #perHorizon = horizonWeights(defaultLifetimeWeights.farness);
  /** By row. */
  readonly #stranded: number[] = [];
  readonly #after = new Float64Array(2);

  constructor(expectations: Expectations, mixOf: Trace) {
    this.#expectations = expectations;
    const mix = new DemandMix();
    for (const { cpu, memory } of mixOf.vms) mix.add([cpu, memory]);
    this.#shapes = mix.top(shapesThatCount);
  }

  choose(fleet: Fleet, vm: TraceVm, now: number): number | undefined {
    const cost = this.#cost(fleet, vm, now);
    let [chosen, least]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (let row = 0; row < fleet.rows; row++) {
      if (!fleet.fits(row, vm)) continue;
      const fit = this.#fit(fleet, row, vm);
      // The penalty is never negative: most hosts need no look at it.
      if (fit >= least) continue;
      const score = fit + this.#penalty(fleet, row, cost, now);
      if (score < least) [chosen, least] = [row, score];
    }
    return chosen;
  }

  placed(fleet: Fleet, vm: TraceVm, row: number, now: number): void {
    this.#expectations.came?.(vm, now);
    const vms = fleet.vmsOn[row] ?? [];
    if (vms.length === 1) this.#exits.renew(row, [this.#expectations.stay(vm, now)], now);
    else this.#exits.place(row, this.#expectations.stay(vm, now));
    this.#changed(fleet, row);
  }

  left(fleet: Fleet, vm: TraceVm, row: number, now: number): void {
    this.#expectations.left?.(vm, now);
    this.#exits.leave(row);
    this.#changed(fleet, row);
  }

  moved(fleet: Fleet, { from, to }: Move): void {
    for (const row of [from, to]) {
      this.#exits.leave(row);
      this.#changed(fleet, row);
    }
  }

  #fit(fleet: Fleet, row: number, vm: TraceVm): number {
    this.#after[0] = (fleet.freeCpu[row] as number) - vm.cpu;
    this.#after[1] = (fleet.freeMemory[row] as number) - vm.memory;
    return packingScore(this.#after, this.#stranded[row] as number, this.#shapes, defaultPackingWeights);
  }

  #cost(fleet: Fleet, vm: TraceVm, now: number): StayCost {
    const size = Math.max(vm.cpu, vm.memory);
    const scarcity = fleet.open === 0 ? 0 : scarcityOf(fleet.bound / fleet.open);
    const stay = this.#expectations.stay(vm, now);
    return costOfStay(stay, size, defaultLifetimeWeights, this.#perHorizon, scarcity);
  }

  #penalty(fleet: Fleet, row: number, cost: StayCost, now: number): number {
    if (this.#exits.isStale(row, now, staleSeconds)) this.#renew(fleet, row, now);
    return lifetimePenalty(this.#exits, row, cost);
  }

  #renew(fleet: Fleet, row: number, now: number): void {
    const vms = fleet.vmsOn[row] ?? [];
    this.#exits.renew(row, stays(vms, this.#expectations, now), now);
  }

  #changed(fleet: Fleet, row: number): void {
    const free = [fleet.freeCpu[row] as number, fleet.freeMemory[row] as number];
    this.#stranded[row] = strandedShare(free, this.#shapes);
  }
}

const scratch: Stay = new Float32Array(horizonCount);

function* stays(vms: readonly TraceVm[], expectations: Expectations, now: number): Generator<Stay> {
  for (const vm of vms) yield expectations.stay(vm, now, scratch);
}
