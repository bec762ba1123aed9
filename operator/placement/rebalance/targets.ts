import type { Layout } from '../moves/layout.ts';
import { meanOf } from './balance.ts';

/**
 * What is to be lowered, as one number for each host, its level: how far it is above the base of the dimension where it
 * is furthest, each dimension by its weight. Bases are the means (to balance) or a knee (to relieve hosts that
 * contend). A target is a level that no host shall exceed.
 */
export class Targets {
  readonly layout: Layout;
  readonly bases: Float64Array;
  readonly weights: Float64Array;
  /** Dimensions of weight 0 are not balanced. */
  readonly #dimensions: readonly number[];

  constructor(
    layout: Layout,
    { knee, weights }: { knee?: number | undefined; weights?: readonly number[] | undefined } = {},
  ) {
    const dimensions = Array.from({ length: layout.loadDimensions }, (_, dimension) => dimension);
    this.layout = layout;
    this.bases = Float64Array.from(dimensions, (dimension) => knee ?? meanOf(layout, dimension));
    this.weights = Float64Array.from(dimensions, (dimension) => weights?.[dimension] ?? 1);
    this.#dimensions = dimensions.filter((dimension) => (this.weights[dimension] as number) > 0);
  }

  /** How far the host is above the base, in parts of a host; below 0 when it is under it everywhere. */
  level(host: number): number {
    let level = Number.NEGATIVE_INFINITY;
    for (const dimension of this.#dimensions) level = Math.max(level, this.#level(host, dimension));
    return level;
  }

  /** The dimension where the host is furthest above. @throws RangeError when nothing is balanced */
  worstDimension(host: number): number {
    const level = this.level(host);
    const worst = this.#dimensions.find((dimension) => this.#level(host, dimension) === level);
    if (worst === undefined) throw new RangeError('no dimension has a weight');
    return worst;
  }

  /** The level of the host that has the highest. */
  worst(): number {
    let worst = Number.NEGATIVE_INFINITY;
    for (let host = 0; host < this.layout.problem.hosts.count; host++)
      worst = Math.max(worst, this.level(host));
    return worst;
  }

  /** The level that the host would have with these VMs alone. */
  levelOf(vms: readonly number[], host: number): number {
    let level = Number.NEGATIVE_INFINITY;
    for (const d of this.#dimensions) {
      const used = vms.reduce((sum, vm) => sum + this.layout.share(vm, host, d), 0);
      level = Math.max(level, (this.weights[d] as number) * (used - (this.bases[d] as number)));
    }
    return level;
  }

  /**
   * How much is left to do until no host is above the aim: the squares of what each is above, so that of two ways the
   * one is better that takes from the fuller host.
   * @param aims a level for each host
   */
  distance(aims: Float64Array): number {
    return aims.reduce((sum, aim, host) => sum + Math.max(0, this.level(host) - aim) ** 2, 0);
  }

  /** How far the host's worst dimension is above the target level, in parts of the host. */
  excess(host: number, target: number): number {
    return (this.level(host) - target) / (this.weights[this.worstDimension(host)] as number);
  }

  /** In which dimensions the host is above the target level, and by which part of it. */
  excesses(host: number, target: number): { dimension: number; excess: number }[] {
    return this.#dimensions.flatMap((dimension) => {
      const excess = (this.#level(host, dimension) - target) / (this.weights[dimension] as number);
      return excess > 0 ? [{ dimension, excess }] : [];
    });
  }

  /** What can be added to a host in this dimension until it is at the target, in parts of the host `of`. */
  room(host: number, dimension: number, target: number, of: number): number {
    const { perCapacity, loadDimensions } = this.layout;
    const below = (target - this.#level(host, dimension)) / (this.weights[dimension] as number);
    const [own, others] = [host, of].map((one) => perCapacity[one * loadDimensions + dimension] as number);
    return own === 0 ? 0 : (below * (others as number)) / (own as number);
  }

  /**
   * The level that the host would have with the VM added, and with another one gone; Infinity when the VM asks for
   * something of which the host has nothing.
   */
  levelWith(vm: number, host: number, without = -1): number {
    const { load, demands, perCapacity, loadDimensions } = this.layout;
    let level = Number.NEGATIVE_INFINITY;
    for (const d of this.#dimensions) {
      const index = host * loadDimensions + d;
      const asks = demands[vm * loadDimensions + d] as number;
      if (asks > 0 && perCapacity[index] === 0) return Number.POSITIVE_INFINITY;
      let sum = (load[index] as number) + asks;
      if (without >= 0) sum -= demands[without * loadDimensions + d] as number;
      const above = sum * (perCapacity[index] as number) - (this.bases[d] as number);
      level = Math.max(level, (this.weights[d] as number) * above);
    }
    return level;
  }

  #level(host: number, dimension: number): number {
    const above = this.layout.utilisation(host, dimension) - (this.bases[dimension] as number);
    return (this.weights[dimension] as number) * above;
  }
}
