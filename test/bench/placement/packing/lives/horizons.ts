import type { Curve } from './evidence.ts';

/** How many moments of the future are looked at. */
export const horizonCount = 12;

/** In seconds from now: 15 minutes, and each twice the one before, up to three weeks. */
export const horizons: Float64Array = Float64Array.from({ length: horizonCount }, (_, i) => 900 * 2 ** i);

/**
 * What is expected of a VM: the probability that it is still there at each horizon. Not one predicted life but all of
 * the uncertainty: many VMs with a small chance to stay hold a host as surely as one that stays for certain.
 */
export type Stay = Float32Array;

/** Of a VM of a kind with this curve, at this age in seconds; into `out` if given. */
export function stayOf(curve: Curve, ageSeconds: number, out: Stay = new Float32Array(horizonCount)): Stay {
  const lived = curve.hazard(ageSeconds);
  for (let k = 0; k < horizonCount; k++) {
    out[k] = Math.exp(lived - curve.hazard(ageSeconds + (horizons[k] as number)));
  }
  return out;
}

/** Of a VM that is known to end in so many seconds, e.g. one that its owner gave an end. */
export function stayUntil(remainingSeconds: number, out: Stay = new Float32Array(horizonCount)): Stay {
  for (let k = 0; k < horizonCount; k++) out[k] = remainingSeconds > (horizons[k] as number) ? 1 : 0;
  return out;
}
