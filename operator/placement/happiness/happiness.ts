import { type Contention, measure, type VmSample } from './contention.ts';

export interface HappinessOptions {
  /** After so long an old state counts for a third of a new one, in milliseconds. */
  memoryMs: number;
  /** A guest that has just been started boots, mostly together with others: so long it is not judged, in milliseconds. */
  settleMs: number;
  /** Lacks are told in these steps, rising; one is left again below half of it, so that nothing flutters. */
  steps: readonly number[];
}

/** A minute or two of trouble count, a moment does not. A tenth of its time spent waiting is what guests notice. */
export const defaultHappiness: HappinessOptions = {
  memoryMs: 120_000,
  settleMs: 120_000,
  steps: [0.1, 0.25, 0.5],
};

interface Known {
  last: VmSample;
  /** From then on it is judged, on the samples' clock. */
  settledMs: number;
  smooth: Contention;
  /** In CPUs, smoothed too. */
  demand: number;
  lacks: Contention;
  isJudged: boolean;
}

/** VMs of one host by id. */
type Vms = Map<string, Known>;

/** Whether VMs get what they ask for on their hosts: what was measured, smoothed over time (exponentially). */
export class Happiness {
  readonly #options: HappinessOptions;
  readonly #hosts = new Map<string, Vms>();

  constructor(options: HappinessOptions = defaultHappiness) {
    this.#options = options;
  }

  /**
   * New samples of all VMs that run on the host; of others nothing is known any more.
   * @param told what was said of a VM last, by this or by a predecessor: it stands until the VM is judged
   * @returns VMs that lack something else than what was said
   */
  see(
    host: string,
    samples: ReadonlyMap<string, VmSample>,
    told: (vm: string) => Contention | undefined = () => undefined,
  ): string[] {
    const before = this.#hosts.get(host);
    const now: Vms = new Map();
    const changed: string[] = [];
    for (const [vm, sample] of samples) {
      const known = before?.get(vm) ?? this.#begin(sample, told(vm));
      now.set(vm, known);
      if (before?.has(vm) && this.#judge(known, sample)) changed.push(vm);
    }
    if (now.size > 0) this.#hosts.set(host, now);
    else this.#hosts.delete(host);
    return changed;
  }

  forgetHost(host: string): void {
    this.#hosts.delete(host);
  }

  /** What the VM lacks there, in steps; undefined while that is not known. */
  lacks(host: string, vm: string): Contention | undefined {
    const known = this.#hosts.get(host)?.get(vm);
    return known?.isJudged ? known.lacks : undefined;
  }

  /**
   * How much VMs hinder each other on the host, from 0 to 1: the mean of what each lacks most, by what it wants. Undefined
   * while none that runs there has been judged.
   */
  contentionOn(host: string): number | undefined {
    const vms = this.#hosts.get(host);
    if (!vms) return 0;
    let [sum, demand] = [0, 0];
    for (const known of vms.values()) {
      if (!known.isJudged) continue;
      sum += known.demand * Math.max(known.smooth.cpu, known.smooth.memory);
      demand += known.demand;
    }
    return demand > 0 ? Math.min(1, sum / demand) : undefined;
  }

  #begin(last: VmSample, told: Contention = { cpu: 0, memory: 0 }): Known {
    const settledMs = last.atMs + this.#options.settleMs;
    return { last, settledMs, smooth: told, demand: 0, lacks: told, isJudged: false };
  }

  /** Whether it lacks something else than before. */
  #judge(known: Known, sample: VmSample): boolean {
    const { last } = known;
    known.last = sample;
    if (sample.ranNs < last.ranNs) known.settledMs = sample.atMs + this.#options.settleMs;
    const measured = last.atMs >= known.settledMs ? measure(last, sample) : undefined;
    if (!measured) return false;
    const keep = Math.exp(-(sample.atMs - last.atMs) / this.#options.memoryMs);
    const { contention, demand } = measured;
    const mix = (before: number, now: number) => before * keep + now * (1 - keep);
    known.smooth = {
      cpu: mix(known.smooth.cpu, contention.cpu),
      memory: mix(known.smooth.memory, contention.memory),
    };
    known.demand = known.isJudged ? mix(known.demand, demand) : demand;
    known.isJudged = true;
    const { cpu, memory } = known.lacks;
    known.lacks = { cpu: this.#step(cpu, known.smooth.cpu), memory: this.#step(memory, known.smooth.memory) };
    return known.lacks.cpu !== cpu || known.lacks.memory !== memory;
  }

  /** The highest step that is reached, or is not yet left. */
  #step(before: number, now: number): number {
    return this.#options.steps.findLast((step) => now >= (step <= before ? step / 2 : step)) ?? 0;
  }
}
