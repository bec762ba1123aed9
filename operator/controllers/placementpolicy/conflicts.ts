import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { keyOf } from '../../kube/object.ts';
import { conflictsBetween } from '../../placement/conflicts/conflicts.ts';
import type { PlacementEngine } from '../../placement/engine/engine.ts';
import type { Policy } from '../../placement/model/policy.ts';
import { fails, holds, type Verdict } from '../conditions.ts';

/** Whether what the policy asks can be had together with what the others ask that bear on VMs which it selects. */
export function conflictVerdict(
  engine: PlacementEngine,
  policy: Policy,
  selected: readonly VirtualMachine[],
): { verdict: Verdict; isFatal: boolean } {
  const found = [...companions(engine, policy, selected)].flatMap(([other, vm]) =>
    conflictsBetween(policy, other).map((conflict) => ({ ...conflict, other: other.name, vm })),
  );
  const first = found.find(({ isFatal }) => isFatal) ?? found[0];
  if (!first) return { verdict: fails('NoConflict', 'No other policy contradicts it.'), isFatal: false };
  const { isFatal, text, other, vm } = first;
  const which = other === policy.name ? 'It contradicts itself' : `With policy ${other}, for VMs as ${vm}`;
  const more = found.length > 1 ? ` And ${found.length - 1} more.` : '';
  const reason = isFatal ? 'PolicyConflict' : 'StrategiesDiffer';
  return { verdict: holds(reason, `${which}: ${text}.${more}`), isFatal };
}

/** The policy itself, and each other one with the first VM that both bear on. */
function companions(
  engine: PlacementEngine,
  policy: Policy,
  selected: readonly VirtualMachine[],
): Map<Policy, string> {
  const found = new Map<Policy, string>([[policy, '']]);
  const seen = new Set<string>();
  for (const vm of selected) {
    const { namespace = '', labels = {} } = vm.metadata;
    const kind = JSON.stringify(labels);
    if (seen.has(kind)) continue;
    seen.add(kind);
    for (const other of engine.policiesFor({ namespace, labels }))
      if (other.name !== policy.name && !found.has(other)) found.set(other, keyOf(vm));
  }
  return found;
}
