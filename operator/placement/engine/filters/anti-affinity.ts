import { missingLabel, type Refusal, refusal } from '../../explain/refusal.ts';
import { keepCounted } from '../kernels.ts';
import type { PopulationRef } from '../populations.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';

/** No VM of `others` in the host's domain. */
export class RequiredAntiAffinity implements Filter {
  readonly #policy: string;
  readonly #topologyKey: string;
  readonly #others: PopulationRef;
  readonly #isOwn: boolean;

  /** `isOwn`: the VM's own rule; otherwise one by which others keep away from it, and without the label no domain is shared. */
  constructor(policy: string, topologyKey: string, others: PopulationRef, isOwn: boolean) {
    this.#policy = policy;
    this.#topologyKey = topologyKey;
    this.#others = others;
    this.#isOwn = isOwn;
  }

  keep(scene: Scene, rows: Int32Array, count: number): number {
    const { topology, counts } = scene.counted(this.#topologyKey, this.#others);
    const table = counts.lend(topology.scratch, this.#isOwn ? 1 : 0);
    const kept = keepCounted(rows, count, topology.column, table, 0, 0);
    counts.giveBack(table);
    return kept;
  }

  refusals(scene: Scene): (row: number) => Refusal {
    const { column } = scene.topology(this.#topologyKey);
    const broken = refusal('AntiAffinity', 'breaks', 'break', 'anti-affinity with');
    const missing = missingLabel(this.#topologyKey, this.#policy);
    return (row) => (column[row] === 0 ? missing : broken);
  }

  effect(scene: Scene): string {
    return `apart from ${scene.named(this.#others)} by policy ${this.#policy}`;
  }

  subjects(scene: Scene): (row: number) => string | undefined {
    const { column } = scene.topology(this.#topologyKey);
    const first = scene.firstByDomain(this.#topologyKey, this.#others);
    return (row) => first[column[row] as number];
  }
}
