import { ageBin, ageBins, ageEdges, shareOfBin } from './ages.ts';

/**
 * What was seen of the lives of one kind of VM, by bin of age: how many VMs were watched, and how many ended. It is all
 * that a survival curve needs (the actuarial, or life-table, estimator), and it holds VMs that still run (censored) and
 * VMs whose beginning nobody saw (truncated) without bias: each counts where it was watched. Sums only, so that the
 * order of observations and the pieces they come in make no difference; 704 bytes, always.
 */
export class Evidence {
  /** VMs watched through the bin; of one that was watched through a part of it, the part. */
  readonly watched = new Float64Array(ageBins);
  readonly ended = new Float64Array(ageBins);
  ends = 0;

  /** A VM was watched from one age to another, in seconds; `ended`: its life ended at the latter. */
  add(fromAge: number, toAge: number, ended: boolean): void {
    const last = ageBin(toAge);
    for (let bin = ageBin(fromAge); bin <= last; bin++) {
      const begin = Math.max(0, shareOfBin(bin, fromAge));
      const end = bin === last ? shareOfBin(bin, toAge) : 1;
      this.watched[bin] = (this.watched[bin] as number) + Math.max(0, end - begin);
    }
    if (!ended) return;
    // It was at risk for all of the bin; whatever ends at a certain age would else seem to live on by chance.
    this.watched[last] = (this.watched[last] as number) + Math.max(0, 1 - shareOfBin(last, toAge));
    this.ended[last] = (this.ended[last] as number) + 1;
    this.ends++;
  }
}

/**
 * The survival curve of a kind, fitted from evidence. Where there is little of it, the curve of the more general kind
 * takes over: that one counts as much as `strength` VMs watched through a bin (a beta prior on the share that ends).
 */
export class Curve {
  /** The share of VMs alive at the beginning of each bin that end in it; less than 1. */
  readonly ending = new Float64Array(ageBins);
  /** At each edge the logarithm of survival, negated. */
  readonly #hazard = new Float64Array(ageBins + 1);

  constructor(evidence: Evidence, prior: Curve | undefined, strength: number) {
    for (let bin = 0; bin < ageBins; bin++) {
      const expected = strength * (prior?.ending[bin] ?? unseenEnding);
      const ending =
        ((evidence.ended[bin] as number) + expected) / ((evidence.watched[bin] as number) + strength);
      this.ending[bin] = Math.min(ending, mostEnding);
      this.#hazard[bin + 1] = (this.#hazard[bin] as number) - Math.log1p(-(this.ending[bin] as number));
    }
  }

  /** The share of VMs that live longer than an age in seconds; from 1, never rising. */
  survival(ageSeconds: number): number {
    return Math.exp(-this.hazard(ageSeconds));
  }

  /** The negated logarithm of `survival`: differences of it tell what befalls a VM of a known age. */
  hazard(ageSeconds: number): number {
    if (ageSeconds <= 0) return 0;
    const bin = ageBin(ageSeconds);
    const [from, to] = [this.#hazard[bin] as number, this.#hazard[bin + 1] as number];
    return from + (to - from) * shareOfBin(bin, ageSeconds);
  }

  /** The probability that a VM of this age in seconds is still there after so many more. */
  survivalAfter(ageSeconds: number, moreSeconds: number): number {
    return Math.exp(this.hazard(ageSeconds) - this.hazard(ageSeconds + moreSeconds));
  }

  /** Mean of what remains of the life of a VM of this age, in seconds; of a longer one, `limitSeconds` count. */
  expectedRemaining(ageSeconds: number, limitSeconds: number): number {
    const until = ageSeconds + limitSeconds;
    let [sum, alive, from] = [0, 1, ageSeconds];
    for (let bin = ageBin(ageSeconds); from < until; bin++) {
      const edge = bin >= ageBins - 1 ? until : Math.min(until, ageEdges[bin + 1] as number);
      const ends = this.hazard(edge) - this.hazard(from);
      // The mean of an exponential life cut off at the edge; for hardly any ends, the whole span.
      sum += alive * (edge - from) * (ends > 1e-9 ? -Math.expm1(-ends) / ends : 1);
      alive *= Math.exp(-ends);
      from = edge;
    }
    return sum;
  }
}

/** Before anything is known: one in fifty ends within each bin, so that half of all VMs live longer than a year. */
const unseenEnding = 0.02;

/** However sure the evidence: logarithms need something to be left. */
const mostEnding = 0.9999;
