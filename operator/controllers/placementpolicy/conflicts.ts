import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { keyOf } from '../../kube/object.ts';
import { conflictsBetween } from '../../placement/conflicts/conflicts.ts';
import type { PlacementEngine } from '../../placement/engine/engine.ts';
import type { Policy } from '../../placement/model/policy.ts';
import { fails, holds, type Verdict } from '../conditions.ts';
import { circleClause, deadlockOf } from '../pool/deadlocks.ts';
import { manyRules } from '../pool/many-rules.ts';
import type { PoolModel } from '../pool/pool-model.ts';

/** Whether what the policy asks can be had together with what the others ask that bear on VMs which it selects. */
export function conflictVerdict(
  pools: Pick<PoolModel, 'engine' | 'line'>,
  policy: Policy,
  selected: readonly VirtualMachine[],
): { verdict: Verdict; isFatal: boolean } {
  const { engine } = pools;
  const kinds = kindsOf(selected);
  const found = [...companions(engine, policy, kinds)].flatMap(([other, vm]) =>
    conflictsBetween(policy, other).map((conflict) => ({ ...conflict, other: other.name, vm })),
  );
  const fatal = found.find(({ isFatal }) => isFatal);
  const circle = fatal ? undefined : firstInCircle(pools, policy, selected);
  if (circle) return { verdict: holds('PolicyConflict', circle), isFatal: true };
  const flooded = fatal ? undefined : firstFlooded(engine, kinds);
  if (flooded) return { verdict: holds('ManyRules', flooded), isFatal: false };
  const first = fatal ?? found[0];
  if (!first) return { verdict: fails('NoConflict', 'No other policy contradicts it.'), isFatal: false };
  const { isFatal, text, other, vm } = first;
  const which = other === policy.name ? 'It contradicts itself' : `With policy ${other}, for VMs as ${vm}`;
  const more = found.length > 1 ? ` And ${found.length - 1} more.` : '';
  const reason = isFatal ? 'PolicyConflict' : 'StrategiesDiffer';
  return { verdict: holds(reason, `${which}: ${text}.${more}`), isFatal };
}

/** Of a policy that has VMs wait for others which wait, in the end, for them. */
function firstInCircle(
  pools: Pick<PoolModel, 'engine' | 'line'>,
  { name, vmAffinity }: Policy,
  selected: readonly VirtualMachine[],
): string | undefined {
  if (!vmAffinity.some(({ enforcement }) => enforcement.required)) return undefined;
  for (const vm of kindsOf(selected.filter((one) => pools.line.has(keyOf(one))))) {
    const { namespace = '', labels = {} } = vm.metadata;
    const circle = deadlockOf(pools, { namespace, labels });
    if (circle?.includes(name))
      return `For VMs as ${keyOf(vm)}: nobody can be first, as ${circleClause(circle)}.`;
  }
  return undefined;
}

function firstFlooded(engine: PlacementEngine, kinds: readonly VirtualMachine[]): string | undefined {
  for (const vm of kinds) {
    const { namespace = '', labels = {} } = vm.metadata;
    const many = manyRules(engine, { namespace, labels });
    if (many) return `For VMs as ${keyOf(vm)}: ${many}`;
  }
  return undefined;
}

/** The policy itself, and each other one with the first VM that both bear on. */
function companions(
  engine: PlacementEngine,
  policy: Policy,
  kinds: readonly VirtualMachine[],
): Map<Policy, string> {
  const found = new Map<Policy, string>([[policy, '']]);
  for (const vm of kinds) {
    const { namespace = '', labels = {} } = vm.metadata;
    for (const other of engine.policiesFor({ namespace, labels }))
      if (other.name !== policy.name && !found.has(other)) found.set(other, keyOf(vm));
  }
  return found;
}

/** The first of each kind of VMs with the same labels. */
function kindsOf(vms: readonly VirtualMachine[]): VirtualMachine[] {
  const byLabels = new Map<string, VirtualMachine>();
  for (const vm of vms) {
    const kind = JSON.stringify(vm.metadata.labels ?? {});
    if (!byLabels.has(kind)) byLabels.set(kind, vm);
  }
  return [...byLabels.values()];
}
