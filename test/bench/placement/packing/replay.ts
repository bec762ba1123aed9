import { Fleet } from './fleet.ts';
import type { Trace, TraceVm } from './traces.ts';

/** Chooses hosts. It never reads a VM's `end`, save the one that says so. */
export interface Policy {
  /** A host that is on and has room, or undefined: another host is then switched on. */
  choose(fleet: Fleet, vm: TraceVm, now: number): number | undefined;
  placed?(fleet: Fleet, vm: TraceVm, row: number, now: number): void;
  left?(fleet: Fleet, vm: TraceVm, row: number, now: number): void;
  moved?(fleet: Fleet, move: Move): void;
}

export interface Move {
  vm: TraceVm;
  from: number;
  to: number;
}

/** Moves VMs that run. */
export interface Mover {
  /** When it wants to be asked next; it must be later after each time. */
  next: number;
  movesAt(fleet: Fleet, now: number): Move[];
}

/** Hosts in use over the lower bound: the most of each, and the mean over time of each. */
export interface Packing {
  peak: number;
  mean: number;
  /** The most hosts that were on at once, and the greatest lower bound. */
  peakHosts: number;
  peakBound: number;
  /** So many times a VM was moved. */
  moves: number;
}

export type Order = 'as they came' | 'largest first';

interface Event {
  at: number;
  comes: boolean;
  vm: TraceVm;
}

/**
 * Replays arrivals and ends. At one moment moves come first, then ends; VMs that come at one moment are placed in this
 * order. The bound is of the VMs that run, whatever their host. Moves take no time.
 */
export function replay(trace: Trace, policy: Policy, order: Order, mover?: Mover): Packing {
  const run = new Replay(trace, policy);
  for (const { at, comes, vm } of eventsOf(trace, order)) {
    while (mover && mover.next <= at) run.move(mover);
    if (comes) run.come(vm, at);
    else run.end(vm, at);
  }
  return run.packing();
}

class Replay {
  readonly #fleet = new Fleet();
  readonly #rows = new Map<TraceVm, number>();
  readonly #policy: Policy;
  readonly #end: number;
  readonly #sums: Sums;
  #moves = 0;

  constructor({ begin, end }: Trace, policy: Policy) {
    this.#policy = policy;
    this.#end = end;
    this.#sums = new Sums(begin);
  }

  come(vm: TraceVm, at: number): void {
    this.#sums.advance(at, this.#fleet);
    const row = this.#policy.choose(this.#fleet, vm, at) ?? this.#fleet.openHost();
    this.#fleet.place(row, vm);
    this.#rows.set(vm, row);
    this.#policy.placed?.(this.#fleet, vm, row, at);
    this.#sums.look(at, this.#fleet);
  }

  end(vm: TraceVm, at: number): void {
    this.#sums.advance(at, this.#fleet);
    const row = this.#rows.get(vm) as number;
    this.#rows.delete(vm);
    this.#fleet.remove(row, vm);
    this.#policy.left?.(this.#fleet, vm, row, at);
    this.#sums.look(at, this.#fleet);
  }

  move(mover: Mover): void {
    const at = mover.next;
    this.#sums.advance(at, this.#fleet);
    for (const move of mover.movesAt(this.#fleet, at)) {
      this.#fleet.remove(move.from, move.vm);
      this.#fleet.place(move.to, move.vm);
      this.#rows.set(move.vm, move.to);
      this.#policy.moved?.(this.#fleet, move);
      this.#moves++;
    }
  }

  packing(): Packing {
    this.#sums.advance(this.#end, this.#fleet);
    return { ...this.#sums.packing(), moves: this.#moves };
  }
}

function eventsOf(trace: Trace, order: Order): Event[] {
  const size = (vm: TraceVm) => (order === 'largest first' ? Math.max(vm.cpu, vm.memory) : 0);
  return trace.vms
    .flatMap((vm): Event[] => [
      { at: vm.start, comes: true, vm },
      { at: vm.end, comes: false, vm },
    ])
    .filter(({ at }) => at <= trace.end)
    .sort((a, b) => a.at - b.at || Number(a.comes) - Number(b.comes) || size(b.vm) - size(a.vm));
}

/** Integrals over the measured time. */
class Sums {
  #at: number;
  readonly #begin: number;
  #hosts = 0;
  #bound = 0;
  #peakHosts = 0;
  #peakBound = 0;

  constructor(begin: number) {
    this.#at = begin;
    this.#begin = begin;
  }

  advance(at: number, { open, bound }: Fleet): void {
    const seconds = Math.max(0, at - this.#at);
    this.#hosts += open * seconds;
    this.#bound += bound * seconds;
    this.#at += seconds;
  }

  look(at: number, { open, bound }: Fleet): void {
    if (at < this.#begin) return;
    this.#peakHosts = Math.max(this.#peakHosts, open);
    this.#peakBound = Math.max(this.#peakBound, bound);
  }

  packing(): Omit<Packing, 'moves'> {
    return {
      ...{ peak: this.#peakHosts / this.#peakBound, mean: this.#hosts / this.#bound },
      ...{ peakHosts: this.#peakHosts, peakBound: this.#peakBound },
    };
  }
}
