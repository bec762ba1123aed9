import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';

/** With the value "true" the operator leaves the VM and its domain as they are. */
export const pauseAnnotation = 'vmfabric.io/paused';

export function isPaused({ metadata }: VirtualMachine): boolean {
  return metadata.annotations?.[pauseAnnotation] === 'true';
}

export function respectPause({ vm }: Scope): StepResult {
  if (!isPaused(vm)) return stepDone;
  const message = `Reconciling is paused by the annotation ${pauseAnnotation}; remove it to go on.`;
  return { kind: 'wait', forMs: 600_000, reason: 'ReconcilePaused', message };
}
