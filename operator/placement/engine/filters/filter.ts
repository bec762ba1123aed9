import type { Refusal } from '../../explain/refusal.ts';
import type { Scene } from '../scene.ts';

/** One thing that a host must satisfy to take the VM of a scene. */
export interface Filter {
  /** Moves the rows that do to the front of the first `count`, in order; returns how many they are. */
  keep(scene: Scene, rows: Int32Array, count: number): number;
  /** What is said of a row that was not kept; the same object for all of which the same is said, as far as it goes. */
  refusals(scene: Scene): (row: number) => Refusal;
  /** Whom that is about, if anybody: `shop/web-1`. */
  subjects?(scene: Scene): (row: number) => string | undefined;
  /** Where the VM is by this rule, for one that has a host: `apart from shop/web-1 by policy web`. */
  effect?(scene: Scene): string;
  /** How much the row lacks, of what the refusal names; NaN when that is not known. */
  missing?(scene: Scene): (row: number) => number;
}
