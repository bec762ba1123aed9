import { type Stay, stayOf, stayUntil } from './lives/horizons.ts';
import { type Kind, Lifetimes } from './lives/kinds.ts';
import type { Trace, TraceVm } from './traces.ts';

/** What is expected of the lives of VMs, and what is learned as they pass. */
export interface Expectations {
  stay(vm: TraceVm, now: number, out?: Stay): Stay;
  came?(vm: TraceVm, now: number): void;
  left?(vm: TraceVm, now: number): void;
}

/** The lives as they will be: what no predictor can know, and so the limit for all of them. */
export const oracle: Expectations = { stay: (vm, now, out) => stayUntil(vm.end - now, out) };

const relearnSeconds = 6 * 3600;

/** Learned from all of another trace, and from the VMs that this one has seen so far. */
export function learnedFrom(trace: Trace): Expectations {
  const lifetimes = new Lifetimes({ maxKinds: 1000, strength: 20 });
  for (const vm of trace.vms) watch(lifetimes, vm, trace);
  lifetimes.relearn();
  return new Learner(lifetimes);
}

/** Of a VM that was there when the trace began, nobody knows of those that had ended before. */
function watch(lifetimes: Lifetimes, { kind, start, end }: TraceVm, trace: Trace): void {
  const from = Math.max(0, trace.begin - start);
  lifetimes.observe(kind, from, Math.min(end, trace.end) - start, end <= trace.end);
}

class Learner implements Expectations {
  readonly #lifetimes: Lifetimes;
  /** VMs that run, with the age up to which they were reported. */
  readonly #running = new Map<TraceVm, number>();
  #learned: number | undefined;

  constructor(lifetimes: Lifetimes) {
    this.#lifetimes = lifetimes;
  }

  stay(vm: TraceVm, now: number, out?: Stay): Stay {
    return stayOf(this.#lifetimes.curveOf(vm.kind), now - vm.start, out);
  }

  came(vm: TraceVm, now: number): void {
    this.#running.set(vm, 0);
    this.#learned ??= now;
    if (now - this.#learned < relearnSeconds) return;
    for (const running of this.#running.keys()) this.#report(running, now, false);
    this.#lifetimes.relearn();
    this.#learned = now;
  }

  left(vm: TraceVm, now: number): void {
    this.#report(vm, now, true);
    this.#running.delete(vm);
  }

  #report(vm: TraceVm, now: number, ended: boolean): void {
    const kind: Kind = vm.kind;
    this.#lifetimes.observe(kind, this.#running.get(vm) ?? 0, now - vm.start, ended);
    this.#running.set(vm, now - vm.start);
  }
}
