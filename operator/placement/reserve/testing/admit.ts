import type { ProtectedVm } from '../failover.ts';
import type { FailoverPlan } from '../failover-plan.ts';

/** Who would have no place if the VM came as if it were new: itself, and others that have one now; by id. */
export function lossesWith(plan: FailoverPlan, vm: ProtectedVm): string[] {
  return plan.trial(() => {
    plan.removeVm(vm.id);
    plan.upsertVm(vm);
    return plan.findPlaces();
  });
}

/** Adds the VM if nobody would be without a place by it. */
export function admit(plan: FailoverPlan, vm: ProtectedVm): boolean {
  if (lossesWith(plan, vm).length > 0) return false;
  plan.upsertVm(vm);
  return true;
}
