import type { HostPool } from '../../api/hostpool.ts';
import type { HostState } from '../../placement/model/host.ts';
import type { Labels } from '../../placement/model/selector.ts';
import { namedLimits } from '../pool/named-resources.ts';
import { offersOf } from '../pool/offers.ts';

/** A host of the pool if it had these labels: what the pool gives to hosts by their labels is another then, all else the same. */
export function relabelled(host: HostState, pool: HostPool, labels: Labels): HostState {
  const [named, given] = [namedLimits(pool, host.labels), offersOf(pool, host.labels)];
  const limits = Object.entries(host.limits).filter(([name]) => !Object.hasOwn(named, name));
  const own = (host.offers ?? []).filter((offer) => !given.includes(offer));
  return {
    ...{ ...host, labels },
    limits: { ...Object.fromEntries(limits), ...namedLimits(pool, labels) },
    offers: [...own, ...offersOf(pool, labels)],
  };
}
