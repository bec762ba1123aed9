import { virtualMachines } from '../../api/kinds.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { Scope, StepResult } from './scope.ts';
import { computeStatus } from './status.ts';

/**
 * Takes the VM off its host, compare-and-swap on the object as it was read; from then on it is placed as any VM that waits.
 * Only when its host has just said that it has no domain of it. The placement generation stays, and counts on.
 */
export async function unbind(scope: Scope, because: StepResult): Promise<void> {
  const { vm, signal } = scope;
  const { conditions, placementGeneration } = vm.status ?? {};
  const unbound: VirtualMachine = {
    ...vm,
    status: { conditions, ...(placementGeneration === undefined ? {} : { placementGeneration }) },
  };
  const { observed: _, ...rest } = scope;
  const status = computeStatus({ ...rest, vm: unbound, looked: false }, because);
  scope.vm = await scope.cluster.patchStatus(virtualMachines, vm, status, { signal });
}
