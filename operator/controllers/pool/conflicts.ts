import { conflictsAmong, hostContradiction } from '../../placement/conflicts/conflicts.ts';
import type { PlacementEngine } from '../../placement/engine/engine.ts';
import type { VmState } from '../../placement/model/vm.ts';

/** Why the VM has no place whatever hosts there are: what its policies and itself ask contradicts itself. */
export function conflictOf(engine: PlacementEngine, vm: VmState): string | undefined {
  const policies = engine.policiesFor(vm);
  const fatal = conflictsAmong(policies).find(({ isFatal }) => isFatal);
  if (fatal) {
    const [one, other] = fatal.policies;
    const who =
      one === other
        ? `Policy ${one} contradicts itself`
        : `Policies ${one} and ${other} contradict each other`;
    return `${who}: ${fatal.text}. Change a policy, or the labels by which it selects the VM.`;
  }
  const key = hostContradiction(vm, policies);
  if (key === undefined) return undefined;
  return `spec.placement contradicts the hostAffinity of the VM's policies: no host can have the label ${key} as both ask. Change one of them.`;
}
