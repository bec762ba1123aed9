import { Fleet } from './fleet.ts';
import type { Trace, TraceVm } from './traces.ts';

/** Chooses hosts. It never reads a VM's `end`, save the one that says so. */
export interface Policy {
  /** A host that is on and has room, or undefined: another host is then switched on. */
  choose(fleet: Fleet, vm: TraceVm, now: number): number | undefined;
  placed?(fleet: Fleet, vm: TraceVm, row: number, now: number): void;
  left?(fleet: Fleet, vm: TraceVm, row: number, now: number): void;
}

/** Hosts in use over the lower bound: the most of each, and the mean over time of each. */
export interface Packing {
  peak: number;
  mean: number;
  /** The most hosts that were on at once, and the greatest lower bound. */
  peakHosts: number;
  peakBound: number;
}

export type Order = 'as they came' | 'largest first';

interface Event {
  at: number;
  comes: boolean;
  vm: TraceVm;
}

/**
 * Replays arrivals and ends. At one moment ends come first; VMs that come at one moment are placed in this order. The
 * bound is of the VMs that run, whatever their host.
 */
export function replay(trace: Trace, policy: Policy, order: Order): Packing {
  const fleet = new Fleet();
  const rows = new Map<TraceVm, number>();
  const sums = new Sums(trace.begin);
  for (const { at, comes, vm } of eventsOf(trace, order)) {
    sums.advance(at, fleet);
    if (comes) {
      const row = policy.choose(fleet, vm, at) ?? fleet.openHost();
      fleet.place(row, vm);
      rows.set(vm, row);
      policy.placed?.(fleet, vm, row, at);
    } else {
      const row = rows.get(vm) as number;
      rows.delete(vm);
      fleet.remove(row, vm);
      policy.left?.(fleet, vm, row, at);
    }
    sums.look(at, fleet);
  }
  sums.advance(trace.end, fleet);
  return sums.packing();
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

  packing(): Packing {
    return {
      ...{ peak: this.#peakHosts / this.#peakBound, mean: this.#hosts / this.#bound },
      ...{ peakHosts: this.#peakHosts, peakBound: this.#peakBound },
    };
  }
}
