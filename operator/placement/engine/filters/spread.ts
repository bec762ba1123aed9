import { missingLabel, type Refusal, refusal } from '../../explain/refusal.ts';
import { keepCounted, unlimited } from '../kernels.ts';
import type { PopulationRef } from '../populations.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';

/** With the VM, the host's domain has at most `maxSkew` more of them than the emptiest domain that the VM could go to. */
export class RequiredSpread implements Filter {
  readonly #policy: string;
  readonly #topologyKey: string;
  readonly #ones: PopulationRef;
  readonly #maxSkew: number;

  constructor(policy: string, topologyKey: string, ones: PopulationRef, maxSkew: number) {
    this.#policy = policy;
    this.#topologyKey = topologyKey;
    this.#ones = ones;
    this.#maxSkew = maxSkew;
  }

  keep(scene: Scene, rows: Int32Array, count: number): number {
    const { topology, counts } = scene.counted(this.#topologyKey, this.#ones);
    const table = counts.lend(topology.scratch, -1);
    const most = scene.eligible.minimum(topology, table, scene.gone) + this.#maxSkew - 1;
    const kept = keepCounted(rows, count, topology.column, table, 0, Math.min(most, unlimited));
    counts.giveBack(table);
    return kept;
  }

  effect(): string {
    return `spread over ${this.#topologyKey} by policy ${this.#policy}`;
  }

  refusals(scene: Scene): (row: number) => Refusal {
    const { column } = scene.topology(this.#topologyKey);
    const broken = refusal(
      'Spread',
      'breaks',
      'break',
      `the spread over ${this.#topologyKey} of policy ${this.#policy}`,
    );
    const missing = missingLabel(this.#topologyKey, this.#policy);
    return (row) => (column[row] === 0 ? missing : broken);
  }
}
