import { virtualMachines } from '../../api/kinds.ts';
import type { Placement } from '../../placement/model/decision.ts';
import type { Scope } from './scope.ts';
import { bindingStatus } from './status.ts';

/**
 * Writes that the VM is on this host, compare-and-swap on the object as it was read, so that of two operators only one
 * can bind. From now on it counts there, whatever the answer: the write may have arrived all the same.
 */
export async function bind(scope: Scope, place: Placement, note: string): Promise<void> {
  const { vm, env, signal } = scope;
  env.pools.assume(vm, place);
  const status = bindingStatus(scope, place);
  scope.vm = await scope.cluster.patchStatus(virtualMachines, vm, status, { signal, urgency: 'urgent' });
  scope.events.push({ type: 'Normal', reason: 'Placed', action: 'Place', note });
}
