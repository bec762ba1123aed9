import type { Resources } from './resources.ts';

/** What of the world would change so that a VM fits that does not. */
export type Change = SingleChange | { kind: 'both'; changes: readonly [SingleChange, SingleChange] };

export type SingleChange =
  /** The host would take VMs; `reason` is why it does not. */
  | { kind: 'available'; host: string; reason: string }
  /** So much more would be free on the host. */
  | { kind: 'room'; host: string; resources: Readonly<Record<string, number>> }
  /** The VM would not ask this of its host. */
  | { kind: 'request'; field: 'hostSelector' | 'hostAffinity' | 'needs' | 'oneCell' }
  /** The VM would ask for this in all, which the host has. */
  | { kind: 'size'; host: string; requests: Resources }
  /** The VM would tolerate the host's taints. */
  | { kind: 'toleration'; host: string }
  /** The policy would not have this required rule. */
  | { kind: 'rule'; policy: string; rule: PolicyRule; topologyKey?: string };

export type PolicyRule =
  | 'vmAntiAffinity'
  | 'vmAffinity'
  | 'topologySpread'
  | 'hostAffinity'
  | 'exclusive'
  | 'domainLimits';

/** A change that was tried, the host to which the VM would go then, and the words: `if a were not cordoned`. */
export interface WouldFit {
  change: Change;
  host: string;
  text: string;
}
