import { Fixed, type MoveProblem } from '../../../../operator/placement/moves/problem.ts';
import { planEmptying } from '../../../../operator/placement/rebalance/empty-hosts.ts';
import { defaultRebalanceOptions } from '../../../../operator/placement/rebalance/options.ts';
import type { Fleet } from './fleet.ts';
import type { Move, Mover } from './replay.ts';
import type { Trace, TraceVm } from './traces.ts';

/** Of all VMs that run, what part may be moved in a day. */
export const movedADay = 1 / 1000;

const hour = 3600;
const day = 24 * hour;
const everySeconds = 4 * hour;
/** Most VMs that are younger end by themselves. */
const movableAge = day;
/** 10 Gb/s and a busy guest, in bytes a second. */
const [bandwidth, dirtyRate] = [1.25e9, 50e6];
/** Shares of a host are not exact. */
const full = 1 + 1e-9;

/**
 * Moves VMs so that hosts become empty, by the operator's own planner and within a budget: what is not used of it is
 * kept, up to a day's.
 */
export class Emptying implements Mover {
  readonly #hostBytes: number;
  #budget = Number.POSITIVE_INFINITY;
  next: number;

  constructor({ begin, hostMemoryGiB }: Trace) {
    this.next = begin;
    this.#hostBytes = hostMemoryGiB * 2 ** 30;
  }

  movesAt(fleet: Fleet, now: number): Move[] {
    this.next = now + everySeconds;
    const vms = fleet.vmsOn.flatMap((on, row) => on.map((vm) => ({ vm, row })));
    const aDay = vms.length * movedADay;
    this.#budget = Math.min(this.#budget + (aDay * everySeconds) / day, aDay);
    const { waves } = planEmptying(this.#problem(fleet.rows, vms, now), undefined, {
      ...{ ...defaultRebalanceOptions, fillUpTo: full, maxHosts: fleet.rows },
      maxMoves: Math.floor(this.#budget),
    });
    const moves = waves.flat().map(({ vm, from, to }) => ({ vm: (vms[vm] as Placed).vm, from, to }));
    this.#budget -= moves.length;
    return moves;
  }

  #problem(rows: number, vms: readonly Placed[], now: number): MoveProblem {
    return {
      dimensions: 2,
      hosts: {
        count: rows,
        limits: new Float64Array(2 * rows).fill(1),
        bandwidth: new Float64Array(rows).fill(bandwidth),
      },
      vms: {
        count: vms.length,
        requests: Float64Array.from(vms.flatMap(({ vm }) => [vm.cpu, vm.memory])),
        host: Int32Array.from(vms, ({ row }) => row),
        memoryBytes: Float64Array.from(vms, ({ vm }) => vm.memory * this.#hostBytes),
        dirtyRate: new Float64Array(vms.length).fill(dirtyRate),
        fixed: Uint8Array.from(vms, ({ vm }) => (now - vm.start < movableAge ? Fixed.pinned : Fixed.no)),
      },
    };
  }
}

interface Placed {
  vm: TraceVm;
  row: number;
}
