import { missingOffer } from '../../explain/offers.ts';
import type { HostState } from '../../model/host.ts';
import { keepMasked } from '../kernels.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';

/** The host offers this one of the things that the VM needs. */
export class Offer implements Filter {
  readonly #need: string;

  constructor(need: string) {
    this.#need = need;
  }

  keep(scene: Scene, rows: Int32Array, count: number): number {
    return keepMasked(rows, count, this.#mask(scene));
  }

  /** Says who has it: that is what tells a rare thing from a misspelt one. */
  refusals(scene: Scene) {
    const mask = this.#mask(scene);
    const offering = [...scene.hosts.rowsByName(scene.pool)].filter((row) => mask[row] === 1);
    const refused = missingOffer(
      this.#need,
      offering.map((row) => scene.hosts.name(row)),
    );
    return () => refused;
  }

  #mask({ masks }: Scene): Uint8Array {
    const offersIt = ({ offers = [] }: HostState) => offers.includes(this.#need);
    return masks.get(`need ${this.#need}`, offersIt);
  }
}
