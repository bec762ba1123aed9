import { Curve, Evidence } from './evidence.ts';

/**
 * What a VM is, from the general to the particular, e.g. `['8x32', '8x32/ci', '8x32/ci/runner']`. Each name stands for
 * itself: what is meant to be different must be named differently.
 */
export type Kind = readonly string[];

export interface LifetimeOptions {
  /** More kinds than this are not remembered: the one of which the fewest ends were seen gives way. */
  maxKinds: number;
  /** How many VMs' worth the curve of the more general kind counts. */
  strength: number;
}

/**
 * Expected lives of VMs, learned from those that were watched. Observations are sums and cost nothing; predictions come
 * from the curves of the last `relearn`. The same observations give the same curves, in whatever order.
 */
export class Lifetimes {
  readonly #options: LifetimeOptions;
  readonly #all = new Evidence();
  readonly #byKind = new Map<string, Evidence>();
  readonly #parents = new Map<string, string | undefined>();
  #curves = new Map<string, Curve>();
  #general: Curve;

  constructor(options: LifetimeOptions) {
    this.#options = options;
    this.#general = new Curve(this.#all, undefined, 1);
  }

  get size(): number {
    return this.#byKind.size;
  }

  /**
   * A VM was watched from one age to another, in seconds; `ended`: it is gone. A VM that runs may be reported piece by
   * piece; one that was found running from the age it was found at.
   */
  observe(kind: Kind, fromAge: number, toAge: number, ended: boolean): void {
    this.#all.add(fromAge, toAge, ended);
    let parent: string | undefined;
    for (const name of kind) {
      this.#evidenceOf(name, parent).add(fromAge, toAge, ended);
      parent = name;
    }
  }

  /** Fits the curves anew from all that was observed; some 50 numbers for each kind. */
  relearn(): void {
    this.#general = new Curve(this.#all, undefined, 1);
    this.#curves = new Map();
    for (const name of this.#byKind.keys()) this.#fit(name);
  }

  /** The curve of the most particular name that is known; of all VMs where none is. */
  curveOf(kind: Kind): Curve {
    for (let index = kind.length - 1; index >= 0; index--) {
      const curve = this.#curves.get(kind[index] as string);
      if (curve) return curve;
    }
    return this.#general;
  }

  #fit(name: string): Curve {
    const known = this.#curves.get(name);
    if (known) return known;
    const evidence = this.#byKind.get(name);
    const parent = this.#parents.get(name);
    const prior = parent === undefined ? this.#general : this.#fit(parent);
    // A general kind that had to give way leaves the particular ones with the prior of all.
    if (!evidence) return prior;
    const curve = new Curve(evidence, prior, this.#options.strength);
    this.#curves.set(name, curve);
    return curve;
  }

  #evidenceOf(name: string, parent: string | undefined): Evidence {
    const known = this.#byKind.get(name);
    if (known) return known;
    if (this.#byKind.size >= this.#options.maxKinds) this.#forgetOne();
    const evidence = new Evidence();
    this.#byKind.set(name, evidence);
    this.#parents.set(name, parent);
    return evidence;
  }

  #forgetOne(): void {
    let least: [string, number] | undefined;
    for (const [name, { ends }] of this.#byKind)
      if (least === undefined || ends < least[1]) least = [name, ends];
    if (least === undefined) return;
    this.#byKind.delete(least[0]);
    this.#parents.delete(least[0]);
  }
}
