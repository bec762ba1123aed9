import type { PlacementRequest } from '../model/decision.ts';
import type { Resources } from '../model/resources.ts';
import { fitsInDomains } from './fits.ts';
import { sizeOf } from './sizes.ts';

/** A host that takes VMs. */
export interface SpareHostRoom {
  name: string;
  /** What fails with it. */
  domain: string;
  /** What it has beside what its VMs have and what is kept free; below 0 where there is too little already. */
  spare: Resources;
}

/** What a reserve leaves of a pool at one moment. */
export class SpareRoom {
  readonly hosts: readonly SpareHostRoom[];
  readonly failures: number;
  readonly #allowed: (request: PlacementRequest) => (host: string) => boolean;

  constructor(
    hosts: readonly SpareHostRoom[],
    failures: number,
    allowed: (request: PlacementRequest) => (host: string) => boolean,
  ) {
    this.hosts = hosts;
    this.failures = failures;
    this.#allowed = allowed;
  }

  /**
   * How many VMs that ask the same find room, each with places of its own, beside what is kept for those that are there.
   * Placed one after the other there are some more, as places are moved for them; rules over several VMs are not looked at.
   */
  fits(request: PlacementRequest): number {
    const allowed = this.#allowed(request);
    const sizes = Object.entries(request.vm.requests)
      .filter(([, amount]) => amount !== 0)
      .map(([name, amount]) => [name, sizeOf(amount)] as const);
    const slots = new Map<string, number>();
    for (const { name, domain, spare } of this.hosts) {
      const fit = timesIn(spare, sizes);
      if (fit > 0 && allowed(name)) slots.set(domain, (slots.get(domain) ?? 0) + fit);
    }
    return fitsInDomains([...slots.values()], this.failures);
  }
}

function timesIn(spare: Resources, sizes: readonly (readonly [name: string, size: number])[]): number {
  let times = Number.POSITIVE_INFINITY;
  for (const [name, size] of sizes) times = Math.min(times, Math.floor((spare[name] ?? 0) / size));
  return times;
}
