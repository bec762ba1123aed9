import { type Clears, waitingFor } from '../pool/choose-host.ts';
import type { Scope, StepResult } from './scope.ts';

/** Holds the host that was chosen to be cleared for the VM, and has less important ones make way there. */
export function makeRoom(scope: Scope, clears: Clears): StepResult {
  const { env, vm, lookAgainMs: forMs } = scope;
  env.pools.preemptions.hold(vm, clears);
  scope.events.push({
    type: 'Normal',
    reason: 'Preempting',
    action: 'Preempt',
    note: `On host ${clears.host} less important VMs are shut down to make way: ${clears.victims.join(', ')}.`,
  });
  return { kind: 'wait', forMs, reason: 'Preempting', message: waitingFor(clears) };
}
