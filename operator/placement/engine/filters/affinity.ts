import { missingLabel, type Refusal, refusal } from '../../explain/refusal.ts';
import { keepCounted, unlimited } from '../kernels.ts';
import type { PopulationRef } from '../populations.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';

/** A VM of `others` in the host's domain. */
export class RequiredAffinity implements Filter {
  readonly #policy: string;
  readonly #topologyKey: string;
  readonly #others: PopulationRef;
  readonly #isOneOfThem: boolean;

  /** `isOneOfThem`: the VM is itself one that it is to be with; then the first of them may go anywhere. */
  constructor(policy: string, topologyKey: string, others: PopulationRef, isOneOfThem: boolean) {
    this.#policy = policy;
    this.#topologyKey = topologyKey;
    this.#others = others;
    this.#isOneOfThem = isOneOfThem;
  }

  keep(scene: Scene, rows: Int32Array, count: number): number {
    const { topology, counts } = scene.counted(this.#topologyKey, this.#others);
    const isFirst = this.#isOneOfThem && counts.total === 0;
    const table = counts.lend(topology.scratch, -1);
    const kept = keepCounted(rows, count, topology.column, table, isFirst ? 0 : 1, unlimited);
    counts.giveBack(table);
    return kept;
  }

  effect(scene: Scene): string {
    return `with ${scene.named(this.#others)} by policy ${this.#policy}`;
  }

  refusals(scene: Scene): (row: number) => Refusal {
    const { column } = scene.topology(this.#topologyKey);
    const alone = refusal('Affinity', 'has', 'have', `no VM that policy ${this.#policy} wants it to be with`);
    const missing = missingLabel(this.#topologyKey, this.#policy);
    return (row) => (column[row] === 0 ? missing : alone);
  }
}
