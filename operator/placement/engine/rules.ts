import type {
  AffinityTerm,
  DomainLimit,
  Enforcement,
  Policy,
  SpreadTerm,
  Strategy,
} from '../model/policy.ts';
import { type Labels, matches, type Selector, selectorKey } from '../model/selector.ts';
import { RequiredAffinity } from './filters/affinity.ts';
import { RequiredAntiAffinity } from './filters/anti-affinity.ts';
import { RequiredDomainLimit } from './filters/domain-limit.ts';
import { exclusive } from './filters/exclusive.ts';
import type { Filter } from './filters/filter.ts';
import { RequiredSpread } from './filters/spread.ts';
import type { PolicyIndex } from './policy-index.ts';
import { PopulationRef } from './populations.ts';
import { PreferredCompany, PreferredSpread } from './scores/preferred.ts';
import type { Scorer } from './scores/scorer.ts';

/** What a policy asks of a host itself. */
export interface HostRule {
  policy: string;
  selector: Selector;
  key: string;
  enforcement: Enforcement;
}

/** All that the policies of a namespace say of VMs with the same labels. Of several policies all rules hold. */
export interface Rules {
  /** Of the first policy by name that has one. */
  strategy: Strategy | undefined;
  /** The highest of those that have one. */
  priority: number | undefined;
  host: readonly HostRule[];
  /** The same for the same rules of hosts. */
  hostKey: string;
  required: readonly Filter[];
  preferred: readonly Scorer[];
}

type Rule = { filter: Filter } | { scorer: Scorer };

/** Gathers the rules of all policies that select these labels, and those by which others keep away from such VMs. */
export function compileRules(policies: PolicyIndex, labels: Labels): Rules {
  const selecting = policies.selecting(labels);
  const host = selecting.flatMap(hostRules);
  const rules: Rule[] = [
    { filter: exclusive },
    ...selecting.flatMap((policy) => policy.vmAntiAffinity.map((term) => antiAffinity(policy, term))),
    ...policies.keepingAway(labels).map(({ policy, term }) => keepingAway(policy, term)),
    ...selecting.flatMap((policy) => policy.vmAffinity.map((term) => affinity(policy, term, labels))),
    ...selecting.flatMap((policy) => policy.topologySpread.map((term) => spread(policy, term))),
    ...selecting.flatMap((policy) => (policy.domainLimits ?? []).map((limit) => domainLimit(policy, limit))),
  ];
  return {
    strategy: selecting.find(({ strategy }) => strategy)?.strategy,
    priority: highest(selecting.flatMap(({ priority }) => priority ?? [])),
    host,
    hostKey: host.map(({ key }) => key).join('\n'),
    required: rules.flatMap((rule) => ('filter' in rule ? [rule.filter] : [])),
    preferred: rules.flatMap((rule) => ('scorer' in rule ? [rule.scorer] : [])),
  };
}

function highest(priorities: readonly number[]): number | undefined {
  return priorities.length === 0 ? undefined : Math.max(...priorities);
}

function hostRules({ name, hostAffinity }: Policy): HostRule[] {
  return hostAffinity.map(({ hostSelector, enforcement }) => ({
    policy: name,
    selector: hostSelector,
    key: JSON.stringify([selectorKey(hostSelector), enforcement]),
    enforcement,
  }));
}

function antiAffinity(policy: Policy, { topologyKey, vmSelector, enforcement }: AffinityTerm): Rule {
  const others = new PopulationRef(vmSelector ?? policy.vmSelector);
  if (enforcement.required)
    return { filter: new RequiredAntiAffinity(policy.name, topologyKey, others, true) };
  return {
    scorer: new PreferredCompany('antiAffinity', policy.name, topologyKey, others, -enforcement.weight),
  };
}

/** Anti-affinity holds both ways: VMs that must not be with this one forbid it to come to them. */
function keepingAway(policy: Policy, { topologyKey }: AffinityTerm): Rule {
  const others = new PopulationRef(policy.vmSelector);
  return { filter: new RequiredAntiAffinity(policy.name, topologyKey, others, false) };
}

function affinity(policy: Policy, term: AffinityTerm, labels: Labels): Rule {
  const { topologyKey, enforcement } = term;
  const others = new PopulationRef(term.vmSelector ?? policy.vmSelector);
  if (!enforcement.required) {
    return { scorer: new PreferredCompany('affinity', policy.name, topologyKey, others, enforcement.weight) };
  }
  const isOneOfThem = matches(others.selector, labels);
  return { filter: new RequiredAffinity(policy.name, topologyKey, others, isOneOfThem) };
}

function spread(policy: Policy, { topologyKey, maxSkew, enforcement }: SpreadTerm): Rule {
  const ones = new PopulationRef(policy.vmSelector);
  if (!enforcement.required)
    return { scorer: new PreferredSpread(policy.name, topologyKey, ones, enforcement.weight) };
  return { filter: new RequiredSpread(policy.name, topologyKey, ones, maxSkew) };
}

function domainLimit(policy: Policy, { topologyKey, maxDomains }: DomainLimit): Rule {
  const ones = new PopulationRef(policy.vmSelector);
  return { filter: new RequiredDomainLimit(policy.name, topologyKey, ones, maxDomains) };
}
