import type { Resources } from '../model/resources.ts';
import { sizeOf } from './sizes.ts';

/**
 * How many VMs alike find room in failure domains that have so many slots each, every one with a slot in as many other
 * domains as may fail at once.
 *
 * For one failure, VMs whose domains do not fail together share slots: those of each domain must find as many outside of it
 * that no VM is in. So all of them find room in what is left without the largest domain, and in no more. For several no
 * slot is shared; the VMs are then as many sets of `failures` + 1 different domains as can be made of all slots, and there
 * may be room for some more.
 */
export function fitsInDomains(slots: readonly number[], failures: number): number {
  const total = sumOf(slots);
  if (failures === 1) return total === 0 ? 0 : total - Math.max(...slots);
  let fits = 0;
  for (let most = Math.floor(total / (failures + 1)); fits < most; ) {
    const middle = Math.ceil((fits + most) / 2);
    const usable = sumOf(slots.map((count) => Math.min(count, middle)));
    if (usable >= (failures + 1) * middle) fits = middle;
    else most = middle - 1;
  }
  return fits;
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

/** What is asked for besides these resources. */
export function resourcesBeside(known: readonly string[], requests: Resources): Resources {
  return Object.fromEntries(Object.entries(requests).filter(([name]) => !known.includes(name)));
}

/** How many times a host that nobody has anything of yet has so much. */
export function timesIn(limits: Resources, requests: Resources): number {
  let times = Number.POSITIVE_INFINITY;
  for (const [name, amount] of Object.entries(requests))
    if (amount !== 0) times = Math.min(times, Math.floor((limits[name] ?? 0) / sizeOf(amount)));
  return times;
}
