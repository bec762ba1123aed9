import type { Selector } from '../model/selector.ts';
import type { Namespace } from './namespace.ts';
import type { Population } from './population.ts';

/** The selected VMs that a rule is about; the population is looked up when first asked for. */
export class PopulationRef {
  readonly selector: Selector;
  population: Population | undefined;

  constructor(selector: Selector) {
    this.selector = selector;
  }
}

export interface PopulationLimits {
  count: number;
  bytes: number;
}

/** Populations are weighed once for so many that were opened. */
const weighEvery = 64;

/**
 * The populations of all namespaces. Each is made when first asked for and then kept up VM by VM; beyond the limits
 * those not asked for the longest make way, to be made again when asked for.
 */
export class Populations {
  readonly #limits: PopulationLimits;
  readonly #open = new Set<Population>();
  #asked = 0;
  #opened = 0;

  constructor(limits: PopulationLimits = { count: 16_384, bytes: 2 ** 26 }) {
    this.#limits = limits;
  }

  resolve(namespace: Namespace, ref: PopulationRef): Population {
    if (!ref.population?.isOpen) ref.population = namespace.population(ref.selector);
    ref.population ??= this.#make(namespace, ref.selector);
    ref.population.lastAsked = ++this.#asked;
    return ref.population;
  }

  /** For a namespace that is dropped. */
  forget(namespace: Namespace): void {
    namespace.close();
    for (const population of this.#open)
      if (population.namespace === namespace) this.#open.delete(population);
  }

  #make(namespace: Namespace, selector: Selector): Population {
    this.#opened += 1;
    if (this.#opened % weighEvery === 0 || this.#open.size >= this.#limits.count) this.#makeRoom();
    const population = namespace.openPopulation(selector);
    this.#open.add(population);
    return population;
  }

  /** When there are too many, a quarter goes at once: looking for the oldest costs a look at all. */
  #makeRoom(): void {
    let bytes = 0;
    for (const population of this.#open) bytes += population.bytes;
    let count = this.#open.size;
    if (count < this.#limits.count && bytes < this.#limits.bytes) return;
    for (const population of [...this.#open].sort((a, b) => a.lastAsked - b.lastAsked)) {
      if (count <= this.#limits.count * 0.75 && bytes <= this.#limits.bytes * 0.75) return;
      count -= 1;
      bytes -= population.bytes;
      this.#open.delete(population);
      population.namespace.closePopulation(population);
    }
  }
}
