import type { CopyCost } from './copy.ts';
import type { Layout } from './layout.ts';
import type { Links } from './links.ts';

/** Whom to fill: the host with the most room keeps all even, the one with the least keeps large gaps for large VMs. */
export type Filling = 'emptiest' | 'tightest';

export interface Destination {
  to: number;
  cost: CopyCost;
}

/** Why no host takes a VM: how many refuse it for each reason. */
export interface Refusals {
  /** Closed to all VMs, or left out by who asks. */
  closed: number;
  room: number;
  rules: number;
  /** The guest dirties its memory faster than the way there sends it. */
  link: number;
  /** The host that rules and way allow and that lacks least, and what it lacks of each dimension. */
  nearest?: { host: number; lacks: number[] };
}

/**
 * The host for a VM, of all that are targets: by how full its fullest dimension would be.
 * @returns undefined when none takes it
 */
export function destinationFor(
  layout: Layout,
  links: Links,
  vm: number,
  isTarget: (host: number) => boolean,
  filling: Filling,
): Destination | undefined {
  const from = layout.hostOf(vm);
  let best: Destination | undefined;
  let bestFullness = 0;
  for (let host = 0; host < layout.problem.hosts.count; host++) {
    if (host === from || !isTarget(host) || !layout.fits(vm, host)) continue;
    const fullness = layout.fullnessWith(vm, host);
    const isBetter = filling === 'emptiest' ? fullness < bestFullness : fullness > bestFullness;
    if ((best && !isBetter) || !layout.rules.allows(vm, host)) continue;
    const cost = links.copyCost(vm, from, host);
    if (cost) [best, bestFullness] = [{ to: host, cost }, fullness];
  }
  return best;
}

/** What every other host says to a VM that found no destination. */
export function refusalsOf(
  layout: Layout,
  links: Links,
  vm: number,
  isTarget: (host: number) => boolean,
): Refusals {
  const from = layout.hostOf(vm);
  const refusals: Refusals = { closed: 0, room: 0, rules: 0, link: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (let host = 0; host < layout.problem.hosts.count; host++) {
    if (host === from) continue;
    if (!isTarget(host) || !layout.receives(host)) refusals.closed++;
    else if (!layout.rules.allows(vm, host)) refusals.rules++;
    else if (!links.copyCost(vm, from, host)) refusals.link++;
    else if (!layout.fits(vm, host)) {
      refusals.room++;
      const excess = layout.fullnessWith(vm, host);
      if (excess < least) {
        refusals.nearest = { host, lacks: layout.lacks(vm, host) };
        least = excess;
      }
    }
  }
  return refusals;
}
