import { missingLabel, type Refusal, refusal } from '../../explain/refusal.ts';
import { keepCounted, unlimited } from '../kernels.ts';
import type { PopulationRef } from '../populations.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';

/** With the VM, the VMs of a policy use at most so many domains: once they do, it goes to one that they use already. */
export class RequiredDomainLimit implements Filter {
  readonly #policy: string;
  readonly #topologyKey: string;
  readonly #ones: PopulationRef;
  readonly #maxDomains: number;

  constructor(policy: string, topologyKey: string, ones: PopulationRef, maxDomains: number) {
    this.#policy = policy;
    this.#topologyKey = topologyKey;
    this.#ones = ones;
    this.#maxDomains = maxDomains;
  }

  keep(scene: Scene, rows: Int32Array, count: number): number {
    const { topology, counts } = scene.counted(this.#topologyKey, this.#ones);
    const least = counts.size < this.#maxDomains ? 0 : 1;
    const table = counts.lend(topology.scratch, -1);
    const kept = keepCounted(rows, count, topology.column, table, least, unlimited);
    counts.giveBack(table);
    return kept;
  }

  effect(): string {
    return `within the domainLimits of policy ${this.#policy}`;
  }

  refusals(scene: Scene): (row: number) => Refusal {
    const { column } = scene.topology(this.#topologyKey);
    const rest = `one ${this.#topologyKey} more than policy ${this.#policy} allows`;
    const broken = refusal('DomainLimit', 'would be', 'would be', rest);
    const missing = missingLabel(this.#topologyKey, this.#policy);
    return (row) => (column[row] === 0 ? missing : broken);
  }
}
