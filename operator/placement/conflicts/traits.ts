import type { AffinityTerm, Policy, Strategy } from '../model/policy.ts';
import type { Selector } from '../model/selector.ts';

/** In Kubernetes a domain of this label is one host, which is in one domain of each other label. */
export const hostname = 'kubernetes.io/hostname';

/** What a policy has that can be in conflict with something of another one. */
export interface Traits {
  /** What it asks of hosts, as text; empty when that is nothing. */
  hosts: string;
  strategy: Strategy | undefined;
  isGang: boolean;
  isExclusive: boolean;
  /** Its required rules. */
  together: readonly AffinityTerm[];
  apart: readonly AffinityTerm[];
}

/** Policies never change; a thousand that bear on one VM are half a million pairs. */
const known = new WeakMap<Policy, Traits>();

export function traitsOf(policy: Policy): Traits {
  const before = known.get(policy);
  if (before) return before;
  const hosts = requiredHosts(policy);
  const traits = {
    hosts: hosts.length > 0 ? JSON.stringify(hosts) : '',
    strategy: policy.strategy,
    isGang: policy.gang !== undefined,
    isExclusive: policy.exclusive === true,
    together: required(policy.vmAffinity),
    apart: required(policy.vmAntiAffinity),
  };
  known.set(policy, traits);
  return traits;
}

/** Whether there is anything in two policies that could contradict each other; what is wrong with one alone is no matter. */
export function mayConflict(a: Traits, b: Traits): boolean {
  return (
    (a.hosts !== '' && b.hosts !== '' && a.hosts !== b.hosts) ||
    (a.isGang && b.isGang) ||
    (a.strategy !== undefined && b.strategy !== undefined && a.strategy !== b.strategy) ||
    areClose(a, b) ||
    areClose(b, a)
  );
}

/** Whether the one wants VMs together where the other does not want some. */
function areClose({ together }: Traits, { apart, isExclusive }: Traits): boolean {
  if (together.length === 0) return false;
  return isExclusive || together.some((near) => apart.some((far) => isInside(near, far)));
}

/** Whether who is with others in a domain of the first is so in one of the second as well. */
export function isInside(inner: AffinityTerm, outer: AffinityTerm): boolean {
  return inner.topologyKey === outer.topologyKey || inner.topologyKey === hostname;
}

function required(terms: readonly AffinityTerm[]): AffinityTerm[] {
  return terms.filter(({ enforcement }) => enforcement.required);
}

export function requiredHosts({ hostAffinity }: Policy): Selector[] {
  return hostAffinity.flatMap(({ hostSelector, enforcement }) =>
    enforcement.required ? [hostSelector] : [],
  );
}
