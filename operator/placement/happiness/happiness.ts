import { type Contention, contentionBetween, type VmSample } from './contention.ts';

export interface HappinessOptions {
  /** After so long an old state counts for a third of a new one, in milliseconds. */
  memoryMs: number;
  /** Above this a VM becomes unhappy; it is happy again below half of it, so that it does not flutter. */
  unhappyAbove: number;
}

/** A minute or two of trouble count, a moment does not. A tenth of its time spent waiting is what guests notice. */
export const defaultHappiness: HappinessOptions = { memoryMs: 120_000, unhappyAbove: 0.1 };

interface Known {
  host: string;
  last: VmSample;
  smooth: Contention;
  isUnhappy: boolean;
}

/** Whether VMs get what they ask for on their hosts: what was measured, smoothed over time (exponentially). */
export class Happiness {
  readonly #options: HappinessOptions;
  readonly #vms = new Map<string, Known>();
  readonly #byHost = new Map<string, Set<string>>();

  constructor(options: HappinessOptions = defaultHappiness) {
    this.#options = options;
  }

  /** A new sample of the VM on this host. On another host than before, its past counts no more. */
  see(vm: string, host: string, sample: VmSample): void {
    const known = this.#vms.get(vm);
    if (known?.host !== host) {
      this.#begin(vm, host, sample);
      return;
    }
    const measured = contentionBetween(known.last, sample);
    if (measured) {
      const keep = Math.exp(-(sample.atMs - known.last.atMs) / this.#options.memoryMs);
      known.smooth = mix(known.smooth, measured, keep);
      known.isUnhappy = this.#judge(known);
    }
    known.last = sample;
  }

  forget(vm: string): void {
    const known = this.#vms.get(vm);
    if (!known) return;
    this.#vms.delete(vm);
    const there = this.#byHost.get(known.host);
    there?.delete(vm);
    if (there?.size === 0) this.#byHost.delete(known.host);
  }

  /** The VM's contention; undefined before its second sample, or when it is not known. */
  contention(vm: string): Contention | undefined {
    return this.#vms.get(vm)?.smooth;
  }

  isUnhappy(vm: string): boolean {
    return this.#vms.get(vm)?.isUnhappy ?? false;
  }

  /** VMs that do not get what they ask for, by id. */
  unhappy(): string[] {
    return [...this.#vms].flatMap(([vm, { isUnhappy }]) => (isUnhappy ? [vm] : [])).sort();
  }

  /** How bad it is to be on the host: the mean of what its VMs lack most, from 0 to 1. A score takes it as a penalty. */
  penalty(host: string): number {
    const vms = this.#byHost.get(host);
    if (!vms) return 0;
    let sum = 0;
    for (const vm of vms) sum += worst(this.#vms.get(vm)?.smooth);
    return sum / vms.size;
  }

  #begin(vm: string, host: string, sample: VmSample): void {
    this.forget(vm);
    this.#vms.set(vm, { host, last: sample, smooth: { cpu: 0, memory: 0, numa: 0 }, isUnhappy: false });
    const there = this.#byHost.get(host) ?? new Set<string>();
    this.#byHost.set(host, there.add(vm));
  }

  #judge({ smooth, isUnhappy }: Known): boolean {
    const { unhappyAbove } = this.#options;
    return worst(smooth) > (isUnhappy ? unhappyAbove / 2 : unhappyAbove);
  }
}

function worst(contention: Contention | undefined): number {
  return contention ? Math.max(contention.cpu, contention.memory, contention.numa) : 0;
}

function mix(before: Contention, now: Contention, keep: number): Contention {
  const of = (name: keyof Contention) => before[name] * keep + now[name] * (1 - keep);
  return { cpu: of('cpu'), memory: of('memory'), numa: of('numa') };
}
