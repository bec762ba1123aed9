import type { Selector } from './selector.ts';

export type Enforcement = { required: true } | { required: false; weight: number };

export type Strategy = 'Spread' | 'Pack';

/** Rules of one PlacementPolicy for the VMs it selects, all in the policy's namespace. */
export interface Policy {
  name: string;
  namespace: string;
  vmSelector: Selector;
  strategy?: Strategy;
  vmAntiAffinity: readonly AffinityTerm[];
  vmAffinity: readonly AffinityTerm[];
  topologySpread: readonly SpreadTerm[];
  hostAffinity: readonly { hostSelector: Selector; enforcement: Enforcement }[];
  /** Hosts that carry VMs of this policy carry no others, in any namespace; both ways. */
  exclusive?: boolean;
  /** As for licences: the selected VMs together use at most so many domains of a key. */
  domainLimits?: readonly DomainLimit[];
  /** Of the selected VMs that have none of their own; of several policies the highest counts. */
  priority?: number;
  /** Nobody is stopped for the selected VMs; so it is when any of several policies says it. */
  neverPreempts?: boolean;
  /** The selected VMs are not stopped for others; so it is when any of several policies says it. */
  neverVictim?: boolean;
  /** None of the selected VMs is placed before so many of them can be placed together. */
  gang?: { minMembers: number };
}

/** With respect to the VMs that `vmSelector` (default: the policy's own) selects, in the domain of `topologyKey`. */
export interface AffinityTerm {
  topologyKey: string;
  vmSelector?: Selector;
  enforcement: Enforcement;
}

export interface DomainLimit {
  topologyKey: string;
  maxDomains: number;
}

export interface SpreadTerm {
  topologyKey: string;
  maxSkew: number;
  enforcement: Enforcement;
}
