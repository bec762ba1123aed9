import { placementPolicies } from '../../api/kinds.ts';
import type { PlacementPolicy, PlacementPolicyCondition } from '../../api/placementpolicy.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { Clock } from '../../kube/clock.ts';
import type { ReconcileContext } from '../../kube/controller.ts';
import type { ObjectKey } from '../../kube/object.ts';
import { done, type Result } from '../../kube/result.ts';
import { matches } from '../../placement/model/selector.ts';
import { conditionList, fails, holds, unknown, type Verdict } from '../conditions.ts';
import { policyState } from '../pool/policy-state.ts';
import type { PoolModel } from '../pool/pool-model.ts';
import type { Stores } from '../stores.ts';
import { conflictVerdict } from './conflicts.ts';
import { type Fault, faultsOf, faultsSentence } from './faults.ts';

export interface PlacementPolicyEnvironment {
  stores: Stores;
  pools: PoolModel;
  clock: Clock;
}

/** Says in the policy's status how many VMs it selects, how many of them keep its rules, and which do not and why. */
export async function reconcilePlacementPolicy(
  env: PlacementPolicyEnvironment,
  key: ObjectKey,
  { signal, cluster }: Pick<ReconcileContext, 'signal' | 'cluster'>,
): Promise<Result> {
  const policy = env.stores.placementPolicies.get(key);
  if (!policy || policy.metadata.deletionTimestamp) return done;
  const selected = selectedBy(env.stores, policy);
  const faults = await faultsOf(env, selected, signal);
  const conflict = conflictVerdict(env.pools, policyState(policy), selected);
  const generation = policy.metadata.generation ?? 0;
  const status = {
    observedGeneration: generation,
    selected: selected.length,
    satisfied: selected.length - faults.length,
    conditions: conditionList(
      policyVerdicts(satisfiedVerdict(selected.length, faults), conflict),
      policy.status?.conditions,
      generation,
      env.clock.wallTime(),
    ),
  };
  await cluster.patchStatus(placementPolicies, policy, status, { signal, urgency: 'background' });
  return done;
}

function selectedBy(stores: Stores, policy: PlacementPolicy): VirtualMachine[] {
  // All are of one namespace.
  return stores.virtualMachines
    .byIndex('namespace', policy.metadata.namespace ?? '')
    .filter(
      (vm) => !vm.metadata.deletionTimestamp && matches(policy.spec.vmSelector, vm.metadata.labels ?? {}),
    )
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function policyVerdicts(
  satisfied: Verdict,
  { verdict: conflict, isFatal }: ReturnType<typeof conflictVerdict>,
): Record<PlacementPolicyCondition, Verdict> {
  const ready: Verdict = satisfied.status === 'Unknown' ? { ...satisfied, status: 'True' } : satisfied;
  return {
    Ready: isFatal ? { ...conflict, status: 'False' } : ready,
    Satisfied: satisfied,
    Conflict: conflict,
    Stalled: isFatal ? conflict : fails('AsExpected', 'Nothing waits for a person.'),
  };
}

function satisfiedVerdict(selected: number, faults: readonly Fault[]): Verdict {
  if (selected === 0) return unknown('NothingSelected', 'spec.vmSelector selects no VM of this namespace.');
  if (faults.length === 0) return holds('Satisfied', 'Every selected VM keeps the rules.');
  return fails('NotSatisfied', faultsSentence(selected, faults));
}
