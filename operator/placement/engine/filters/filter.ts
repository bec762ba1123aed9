import type { Refusal } from '../../explain/refusal.ts';
import type { Scene } from '../scene.ts';

/** One thing that a host must satisfy to take the VM of a scene. */
export interface Filter {
  /** Moves the rows that do to the front of the first `count`, in order; returns how many they are. */
  keep(scene: Scene, rows: Int32Array, count: number): number;
  /** What is said of a row that was not kept. */
  refusals(scene: Scene): (row: number) => Refusal;
}
