import type { Scene } from '../scene.ts';

/** Points for hosts, more is better. The load of a host counts up to 100, a preferred rule up to its weight. */
export interface Scorer {
  readonly name: string;
  /** Whose rule it is; absent for what holds for all VMs, or what the VM itself asks. */
  readonly policy?: string;
  /** Adds the points of `rows[at]` to `scores[at]` for the first `count`. */
  add(scene: Scene, rows: Int32Array, count: number, scores: Float64Array): void;
}
