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
import { meaningOf, type Requirement, strictest } from './same-meaning.ts';
import type { Scorer } from './scores/scorer.ts';
import { addedUp, wishesOf } from './wishes.ts';

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
  /** Whether one of them says so. */
  neverPreempts: boolean;
  neverVictim: boolean;
  host: readonly HostRule[];
  /** The same for the same rules of hosts. */
  hostKey: string;
  /** Each meaning once: of rules that differ in their bound alone, the strictest is asked for all. */
  required: readonly Filter[];
  /** Each wish of each policy, for telling what it gives. */
  preferred: readonly Scorer[];
  /** What gives the same points in the end: wishes for the same VMs over the same domains are added up. */
  scoring: readonly Scorer[];
}

/** Gathers the rules of all policies that select these labels, and those by which others keep away from such VMs. */
export function compileRules(policies: PolicyIndex, labels: Labels): Rules {
  const selecting = policies.selecting(labels);
  const host = selecting.flatMap(hostRules);
  const required = strictest([
    ...selecting.flatMap((policy) => policy.vmAntiAffinity.flatMap((term) => antiAffinity(policy, term))),
    ...policies.keepingAway(labels).map(({ policy, term }) => keepingAway(policy, term)),
    ...selecting.flatMap((policy) => policy.vmAffinity.flatMap((term) => affinity(policy, term, labels))),
    ...selecting.flatMap((policy) => policy.topologySpread.flatMap((term) => spread(policy, term))),
    ...selecting.flatMap((policy) => (policy.domainLimits ?? []).map((limit) => domainLimit(policy, limit))),
  ]);
  const wishes = selecting.flatMap(wishesOf);
  return {
    strategy: selecting.find(({ strategy }) => strategy)?.strategy,
    priority: highest(selecting.flatMap(({ priority }) => priority ?? [])),
    neverPreempts: selecting.some(({ neverPreempts }) => neverPreempts),
    neverVictim: selecting.some(({ neverVictim }) => neverVictim),
    host,
    hostKey: host.map(({ key }) => key).join('\n'),
    required: [exclusive, ...required],
    preferred: wishes.map(({ scorer }) => scorer),
    scoring: addedUp(wishes),
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

function antiAffinity(policy: Policy, { topologyKey, vmSelector, enforcement }: AffinityTerm): Requirement[] {
  if (!enforcement.required) return [];
  const others = new PopulationRef(vmSelector ?? policy.vmSelector);
  const filter = new RequiredAntiAffinity(policy.name, topologyKey, others, true);
  return [{ meaning: meaningOf('apart', topologyKey, others), bound: 0, filter }];
}

/** Anti-affinity holds both ways: VMs that must not be with this one forbid it to come to them. */
function keepingAway(policy: Policy, { topologyKey }: AffinityTerm): Requirement {
  const others = new PopulationRef(policy.vmSelector);
  const filter = new RequiredAntiAffinity(policy.name, topologyKey, others, false);
  // The VM's own rule bars hosts without the label besides.
  return { meaning: meaningOf('apart', topologyKey, others), bound: 1, filter };
}

function affinity(policy: Policy, term: AffinityTerm, labels: Labels): Requirement[] {
  const { topologyKey, enforcement } = term;
  if (!enforcement.required) return [];
  const others = new PopulationRef(term.vmSelector ?? policy.vmSelector);
  const isOneOfThem = matches(others.selector, labels);
  const filter = new RequiredAffinity(policy.name, topologyKey, others, isOneOfThem);
  return [{ meaning: meaningOf('together', topologyKey, others), bound: 0, filter }];
}

function spread(policy: Policy, { topologyKey, maxSkew, enforcement }: SpreadTerm): Requirement[] {
  if (!enforcement.required) return [];
  const ones = new PopulationRef(policy.vmSelector);
  const filter = new RequiredSpread(policy.name, topologyKey, ones, maxSkew);
  return [{ meaning: meaningOf('spread', topologyKey, ones), bound: maxSkew, filter }];
}

function domainLimit(policy: Policy, { topologyKey, maxDomains }: DomainLimit): Requirement {
  const ones = new PopulationRef(policy.vmSelector);
  const filter = new RequiredDomainLimit(policy.name, topologyKey, ones, maxDomains);
  return { meaning: meaningOf('limit', topologyKey, ones), bound: maxDomains, filter };
}
