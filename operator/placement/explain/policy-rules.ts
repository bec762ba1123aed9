import type { Policy } from '../model/policy.ts';
import type { PolicyRule } from '../model/would-fit.ts';

export interface NamedRule {
  rule: PolicyRule;
  topologyKey?: string;
}

/** The required rules of the policy, each kind and key once. */
export function rulesOf(policy: Policy): NamedRule[] {
  const keyed = (['vmAntiAffinity', 'vmAffinity', 'topologySpread'] as const).flatMap((rule) =>
    keysOf(policy[rule].filter(({ enforcement }) => enforcement.required)).map((topologyKey) => ({
      rule,
      topologyKey,
    })),
  );
  const limits = keysOf(policy.domainLimits ?? []).map((topologyKey) => ({
    rule: 'domainLimits' as const,
    topologyKey,
  }));
  return [
    ...keyed,
    ...(policy.hostAffinity.some(({ enforcement }) => enforcement.required)
      ? [{ rule: 'hostAffinity' as const }]
      : []),
    ...(policy.exclusive ? [{ rule: 'exclusive' as const }] : []),
    ...limits,
  ];
}

/** The policy as it would be without that required rule. */
export function withoutRule(policy: Policy, rule: PolicyRule, topologyKey: string | undefined): Policy {
  if (rule === 'exclusive') return { ...policy, exclusive: false };
  if (rule === 'hostAffinity') {
    return {
      ...policy,
      hostAffinity: policy.hostAffinity.filter(({ enforcement }) => !enforcement.required),
    };
  }
  if (rule === 'domainLimits') {
    return {
      ...policy,
      domainLimits: (policy.domainLimits ?? []).filter((limit) => limit.topologyKey !== topologyKey),
    };
  }
  const rest = (policy[rule] as Policy['topologySpread']).filter(
    (term) => term.topologyKey !== topologyKey || !term.enforcement.required,
  );
  return { ...policy, [rule]: rest };
}

function keysOf(terms: readonly { topologyKey: string }[]): string[] {
  return [...new Set(terms.map(({ topologyKey }) => topologyKey))];
}
