import { virtualMachines } from '../../api/kinds.ts';
import type { Scope, StepResult } from './scope.ts';
import { stepDone } from './scope.ts';

/** Keeps a deleted VM's object until its domain is gone. */
export const finalizer = 'vmfabric.io/domain';

/**
 * Before anything is made outside: without the finalizer a deletion could leave a domain behind. But after the binding,
 * which is what everybody waits for: until then there is nothing that a deletion could leave.
 */
export async function ensureFinalizer(scope: Scope): Promise<StepResult> {
  const present = scope.vm.metadata.finalizers ?? [];
  if (!present.includes(finalizer)) {
    scope.vm = await scope.cluster.setFinalizers(virtualMachines, scope.vm, [...present, finalizer], {
      signal: scope.signal,
    });
  }
  return stepDone;
}

/** The object may go. */
export async function releaseFinalizer(scope: Scope): Promise<StepResult> {
  const present = scope.vm.metadata.finalizers ?? [];
  await scope.cluster.setFinalizers(
    virtualMachines,
    scope.vm,
    present.filter((name) => name !== finalizer),
    { signal: scope.signal },
  );
  scope.env.attempts.forget(scope.vm.metadata.uid);
  return { kind: 'postpone' };
}
