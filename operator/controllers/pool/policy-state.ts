import type { PlacementPolicy } from '../../api/placementpolicy.ts';
import type { AffinityTerm, Enforcement, Policy } from '../../placement/model/policy.ts';

/** A PlacementPolicy in placement's words. */
export function policyState(policy: PlacementPolicy): Policy {
  const { vmSelector, strategy, vmAntiAffinity, vmAffinity, topologySpread, hostAffinity } = policy.spec;
  const { hostSharing, domainLimits, priority, preemption, gang } = policy.spec;
  return {
    name: policy.metadata.name,
    namespace: policy.metadata.namespace ?? '',
    vmSelector,
    ...(strategy === 'Inherit' ? {} : { strategy }),
    vmAntiAffinity: vmAntiAffinity.map(affinityTerm),
    vmAffinity: vmAffinity.map(affinityTerm),
    topologySpread: topologySpread.map((term) => ({
      topologyKey: term.topologyKey,
      maxSkew: term.maxSkew,
      enforcement: enforcement(term),
    })),
    hostAffinity: hostAffinity.map((term) => ({
      hostSelector: term.hostSelector,
      enforcement: enforcement(term),
    })),
    exclusive: hostSharing === 'Exclusive',
    domainLimits,
    ...(priority === undefined ? {} : { priority }),
    neverPreempts: preemption?.policy === 'Never',
    neverVictim: preemption?.asVictim === 'Never',
    ...(gang ? { gang } : {}),
  };
}

function affinityTerm(term: PlacementPolicy['spec']['vmAffinity'][number]): AffinityTerm {
  return {
    topologyKey: term.topologyKey,
    ...(term.vmSelector ? { vmSelector: term.vmSelector } : {}),
    enforcement: enforcement(term),
  };
}

function enforcement(term: { enforcement: 'Required' | 'Preferred'; weight: number }): Enforcement {
  return term.enforcement === 'Required' ? { required: true } : { required: false, weight: term.weight };
}
