import { fatalAmong, hostContradiction } from '../../placement/conflicts/conflicts.ts';
import type { VmState } from '../../placement/model/vm.ts';
import { readOnce } from '../read-once.ts';
import { circleClause, deadlockOf } from './deadlocks.ts';
import type { PoolModel } from './pool-model.ts';

/** VMs that policies cannot tell apart have the same list of them, until a policy changes. */
const fatalOnce = readOnce(fatalAmong);

/** Why the VM has no place whatever hosts there are: what its policies, itself, and VMs that wait ask contradicts itself. */
export function conflictOf(pools: Pick<PoolModel, 'engine' | 'line'>, vm: VmState): string | undefined {
  const policies = pools.engine.policiesFor(vm);
  const fatal = fatalOnce(policies);
  if (fatal) {
    const [one, other] = fatal.policies;
    const who =
      one === other
        ? `Policy ${one} contradicts itself`
        : `Policies ${one} and ${other} contradict each other`;
    return `${who}: ${fatal.text}. Change a policy, or the labels by which it selects the VM.`;
  }
  const key = hostContradiction(vm, policies);
  if (key === undefined) return inCircle(pools, vm);
  return `spec.placement contradicts the hostAffinity of the VM's policies: no host can have the label ${key} as both ask. Change one of them.`;
}

function inCircle(pools: Pick<PoolModel, 'engine' | 'line'>, vm: VmState): string | undefined {
  const circle = deadlockOf(pools, vm);
  return (
    circle &&
    `Nobody can be first: ${circleClause(circle)}. Let one policy select them all and keep them together: then the first goes anywhere.`
  );
}
