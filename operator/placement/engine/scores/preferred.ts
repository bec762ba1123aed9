import type { PopulationRef } from '../populations.ts';
import type { Scene } from '../scene.ts';
import type { Scorer } from './scorer.ts';

/** The weight, where a VM of `others` is in the host's domain; it is negative for those to keep away from. */
export class PreferredCompany implements Scorer {
  readonly name: string;
  readonly policy: string;
  readonly #topologyKey: string;
  readonly #others: PopulationRef;
  readonly #weight: number;

  constructor(
    name: 'affinity' | 'antiAffinity',
    policy: string,
    topologyKey: string,
    others: PopulationRef,
    weight: number,
  ) {
    this.name = name;
    this.policy = policy;
    this.#topologyKey = topologyKey;
    this.#others = others;
    this.#weight = weight;
  }

  add(scene: Scene, rows: Int32Array, count: number, scores: Float64Array): void {
    const { topology, counts } = scene.counted(this.#topologyKey, this.#others);
    if (counts.total === 0) return;
    const { column } = topology;
    const table = counts.lend(topology.scratch);
    for (let at = 0; at < count; at++) {
      // No VM is counted in domain 0, which is none.
      if (table[column[rows[at] as number] as number]) (scores[at] as number) += this.#weight;
    }
    counts.giveBack(table);
  }
}

/** From so many on, the part is 1 as numbers are stored. */
const most = 54;
/** The part of the weight that so many VMs more than the emptiest domain has take off: a power for each host would take longest. */
const parts = Float64Array.from({ length: most + 1 }, (_, excess) => 1 - 0.5 ** excess);

/** Half the weight off for each VM more than the emptiest domain has, in the end all of it. */
export class PreferredSpread implements Scorer {
  readonly name = 'spread';
  readonly policy: string;
  readonly #topologyKey: string;
  readonly #ones: PopulationRef;
  readonly #weight: number;

  constructor(policy: string, topologyKey: string, ones: PopulationRef, weight: number) {
    this.policy = policy;
    this.#topologyKey = topologyKey;
    this.#ones = ones;
    this.#weight = weight;
  }

  add(scene: Scene, rows: Int32Array, count: number, scores: Float64Array): void {
    const { topology, counts } = scene.counted(this.#topologyKey, this.#ones);
    const { column } = topology;
    const table = counts.lend(topology.scratch);
    const minimum = scene.eligible.minimum(topology, table);
    for (let at = 0; at < count; at++) {
      const excess = (table[column[rows[at] as number] as number] as number) - minimum;
      if (excess > 0) (scores[at] as number) -= this.#weight * (parts[Math.min(excess, most)] as number);
    }
    counts.giveBack(table);
  }
}
