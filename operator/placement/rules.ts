import type { DomainCounts } from './domains.ts';
import type { Inventory } from './inventory.ts';
import type { AffinityTerm, Enforcement, HostState, PlacementRequest, Policy, Selector } from './model.ts';
import { labelOf, matches } from './selector.ts';

interface Rule {
  policy: string;
  topologyKey: string;
  enforcement: Enforcement;
  counts: DomainCounts;
}

export interface AntiAffinityRule extends Rule {
  /** The VM's own rule; otherwise one by which others keep away from it: without the label no domain is shared. */
  own: boolean;
}

export interface AffinityRule extends Rule {
  /** Whether the VM itself is one of those it is to be with: then the first of them may go anywhere. */
  self: boolean;
}

export interface SpreadRule extends Rule {
  maxSkew: number;
  /** The fewest VMs in any domain that the VM could go to; infinite when it could go to none. */
  minimum: number;
}

export interface HostRule {
  policy: string;
  hostSelector: Selector;
  enforcement: Enforcement;
}

/** The rules for one VM, with everything counted once that is the same for all hosts. */
export interface Rules {
  antiAffinity: AntiAffinityRule[];
  affinity: AffinityRule[];
  spread: SpreadRule[];
  hostAffinity: HostRule[];
}

/** Gathers the rules of all policies that select the VM, and those by which others keep away from it. */
export function gatherRules(
  inventory: Inventory,
  request: PlacementRequest,
  hosts: readonly HostState[],
): Rules {
  const { vm } = request;
  // By name: which rule is told first must not follow the order in which the policies were listed.
  const policies = request.policies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const selecting = policies.filter((policy) => matches(policy.vmSelector, vm.labels));
  const hostAffinity = selecting.flatMap((policy) =>
    policy.hostAffinity.map((term) => ({ policy: policy.name, ...term })),
  );
  const eligible = hosts.filter((host) => isEligible(request, hostAffinity, host));
  const count = (policy: Policy, term: { topologyKey: string; vmSelector?: Selector }) =>
    inventory.countDomains(vm, term.vmSelector ?? policy.vmSelector, term.topologyKey);
  return {
    hostAffinity,
    antiAffinity: [
      ...selecting.flatMap((policy) =>
        policy.vmAntiAffinity.map((term) => ({ ...rule(policy, term, count(policy, term)), own: true })),
      ),
      ...keptAwayBy(inventory, vm, policies),
    ],
    affinity: selecting.flatMap((policy) =>
      policy.vmAffinity.map((term) => ({
        ...rule(policy, term, count(policy, term)),
        self: matches(term.vmSelector ?? policy.vmSelector, vm.labels),
      })),
    ),
    spread: selecting.flatMap((policy) =>
      policy.topologySpread.map((term) => {
        const counted = rule(policy, term, count(policy, term));
        return { ...counted, maxSkew: term.maxSkew, minimum: minimumOver(eligible, counted) };
      }),
    ),
  };
}

function rule(policy: Policy, term: AffinityTerm, counts: DomainCounts): Rule {
  return { policy: policy.name, topologyKey: term.topologyKey, enforcement: term.enforcement, counts };
}

/** Anti-affinity holds both ways: VMs that must not be with this one forbid it to come to them. */
function keptAwayBy(
  inventory: Inventory,
  vm: PlacementRequest['vm'],
  policies: readonly Policy[],
): AntiAffinityRule[] {
  return policies.flatMap((policy) =>
    policy.vmAntiAffinity
      .filter((term) => term.enforcement.required && term.vmSelector && matches(term.vmSelector, vm.labels))
      .map((term) => {
        const counts = inventory.countDomains(vm, policy.vmSelector, term.topologyKey);
        return { ...rule(policy, term, counts), own: false };
      }),
  );
}

/** Hosts that the VM could go to as far as hosts alone decide; others' domains do not count as empty ones. */
function isEligible(request: PlacementRequest, hostAffinity: readonly HostRule[], host: HostState): boolean {
  return (
    host.available.yes &&
    (!request.hostSelector || matches(request.hostSelector, host.labels)) &&
    hostAffinity.every((term) => !term.enforcement.required || matches(term.hostSelector, host.labels))
  );
}

function minimumOver(hosts: readonly HostState[], { topologyKey, counts }: Rule): number {
  let minimum = Number.POSITIVE_INFINITY;
  for (const host of hosts) {
    const value = labelOf(host.labels, topologyKey);
    if (value !== undefined) minimum = Math.min(minimum, counts.count(value));
  }
  return minimum;
}
