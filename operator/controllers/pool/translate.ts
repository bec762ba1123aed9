import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import type { PlacementPolicy } from '../../api/placementpolicy.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { keyOf } from '../../kube/object.ts';
import type { HostState } from '../../placement/model/host.ts';
import type { AffinityTerm, Enforcement, Policy } from '../../placement/model/policy.ts';
import type { VmState } from '../../placement/model/vm.ts';
import { allocatable } from '../host/capacity.ts';
import type { HostLink } from '../host/connections.ts';
import { replacedMachine } from '../host/identity.ts';
import { schedulable } from '../host/schedulable.ts';
import type { Node } from '../hostpool/membership.ts';
import { type Counting, countedVm } from './counting.ts';

/** A VirtualMachine in placement's words. */
export function vmState(vm: VirtualMachine, counting: Counting): VmState {
  const { hostSelector } = vm.spec.placement;
  return {
    id: keyOf(vm),
    namespace: vm.metadata.namespace ?? '',
    labels: vm.metadata.labels ?? {},
    requests: countedVm(vm, counting),
    ...(hostSelector ? { hostSelector } : {}),
  };
}

export interface HostView {
  host: Host;
  pool: HostPool | undefined;
  node: Node | undefined;
  link: HostLink | undefined;
  /** Another host with the same uuid, if any. */
  twin: string | undefined;
}

/** A Host in placement's words; its limits are 0 until it has told its facts. */
export function hostState({ host, pool, node, link, twin }: HostView): HostState {
  const limits = pool && link?.facts ? allocatable(pool, link.facts) : { cpu: 0, memoryBytes: 0 };
  return {
    name: host.metadata.name,
    pool: host.spec.hostPoolRef.name,
    labels: host.metadata.labels ?? {},
    available: availability({ host, pool, node, link, twin }),
    limits: { cpu: limits.cpu, memory: limits.memoryBytes },
  };
}

function availability({ host, pool, node, link, twin }: HostView): HostState['available'] {
  const verdict = schedulable(host, pool, node);
  if (verdict.status !== 'True') return { yes: false, reason: verdict.message };
  if (link?.state !== 'Connected') return { yes: false, reason: 'is not connected' };
  if (replacedMachine(host, link)) return { yes: false, reason: 'is another machine than before' };
  if (twin) return { yes: false, reason: `has the same host uuid as ${twin}` };
  return { yes: true };
}

/** A PlacementPolicy in placement's words. */
export function policyState(policy: PlacementPolicy): Policy {
  const { vmSelector, strategy, vmAntiAffinity, vmAffinity, topologySpread, hostAffinity } = policy.spec;
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
