import { horizonCount, horizons, type Stay } from './horizons.ts';
import type { HostExits } from './host-exits.ts';

export interface LifetimeWeights {
  /** For a VM that keeps a host open which would else be empty. */
  extend: number;
  /** For room on a lasting host that is taken by a VM which will be gone, by the share of the host that it takes. */
  occupy: number;
  /** How much more a far horizon counts than a near one: 0 each doubling of time as much, 1 each hour as much. */
  farness: number;
}

/** Weights that did well on the traces that this benchmark was tuned on. */
export const defaultLifetimeWeights: LifetimeWeights = { extend: 3, occupy: 1, farness: 0.4 };

/** The weight of each horizon, 1 at six hours. */
export function horizonWeights(farness: number): Float64Array {
  return horizons.map((seconds) => (seconds / (6 * 3600)) ** farness);
}

/** What one VM's stay costs on whatever host, worked out once for all hosts. */
export interface StayCost {
  /** On a host that surely stays. */
  lasting: number;
  /** What is added at each horizon on a host that is surely empty by then. */
  draining: Float64Array;
}

/**
 * What a VM's stay costs in hosts that are kept open; hosts where it costs less are better. It is the expectation over
 * both lives, after NILAS and LAVA (Ling et al., MLSys 2025: a VM should not outlive its host's others), with the room
 * that is taken counted by size: small VMs belong on hosts that stay anyway, for a hundred small VMs hold a host open as
 * surely as one that lasts; large ones leave the room there to them.
 * @param stay of the VM, from now
 * @param size the share of a host that the VM takes, of the resource it takes most of: 0 to 1
 * @param perHorizon from `horizonWeights`
 * @param scarcity of room, 0 to 1, from `scarcityOf`: while there is plenty, room on lasting hosts is for anyone, so that
 *   the others can drain
 */
export function costOfStay(
  stay: Stay,
  size: number,
  { extend, occupy }: LifetimeWeights,
  perHorizon: Float64Array,
  scarcity: number,
): StayCost {
  const draining = new Float64Array(horizonCount);
  let lasting = 0;
  for (let k = 0; k < horizonCount; k++) {
    const weight = perHorizon[k] as number;
    const alive = stay[k] as number;
    const occupation = weight * occupy * scarcity * size * (1 - alive);
    lasting += occupation;
    draining[k] = weight * extend * alive - occupation;
  }
  return { lasting, draining };
}

/** The cost on the host of a row: a finite number, never negative; a dozen multiplications. */
export function lifetimePenalty(exits: HostExits, row: number, { lasting, draining }: StayCost): number {
  return Math.max(0, lasting + exits.weigh(row, draining));
}

const plenty = 0.95;

/**
 * How scarce room is on the hosts in use: 0 while at least a twentieth of them is free, 1 when they are full.
 * @param usedShare of the hosts that have VMs, what is used of the dimension that is used most, 0 to 1
 */
export function scarcityOf(usedShare: number): number {
  return Math.min(1, Math.max(0, (usedShare - plenty) / (1 - plenty)));
}
