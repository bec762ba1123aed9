import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { findCondition } from '../conditions.ts';
import { isPaused } from '../virtualmachine/pause.ts';

/**
 * Whether the VM may be stopped for a more important one: only when it is known to run or to be stopped, nobody else is at
 * work on it, and it comes back by itself. On any doubt it stays.
 */
export function mayMakeWay(vm: VirtualMachine): boolean {
  const { deletionTimestamp } = vm.metadata;
  const { powerState } = vm.status ?? {};
  if (deletionTimestamp || isPaused(vm) || findCondition(vm, 'Stalled')?.status === 'True') return false;
  if (findCondition(vm, 'Ready')?.reason === 'Migrating') return false;
  // One that is started by hand would not be started again.
  return powerState === 'Stopped' || (powerState === 'Running' && vm.spec.runStrategy !== 'Manual');
}

/** Whether it leaves its host by itself: it is being deleted, and nobody holds that up. */
export function isLeaving(vm: VirtualMachine): boolean {
  return vm.metadata.deletionTimestamp !== undefined && vm.status?.hostName !== undefined && !isPaused(vm);
}
