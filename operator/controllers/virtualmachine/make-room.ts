import type { HostPool } from '../../api/hostpool.ts';
import { desiredDomain } from '../../domain/desired.ts';
import type { Scope, StepResult } from './scope.ts';

/** A host that is being cleared for the VM: waits for the victims to be gone, and then says that it is there. */
export function awaitRoom(scope: Scope): StepResult | { kind: 'ready'; host: string } | undefined {
  const progress = scope.env.pools.preemptions.pursue(scope.vm);
  return progress?.kind === 'waiting' ? waiting(scope, progress) : progress;
}

/** Asked once a VM finds no place: has less important ones make way where their HostPool allows it. */
export function makeRoom(scope: Scope, pool: HostPool): StepResult | undefined {
  const { env, vm } = scope;
  // For one that could not run, or whose fellows are missing, nobody is stopped.
  if (desiredDomain(vm, pool, 'KVM').kind === 'problem' || env.pools.gangs.assemble(vm)) return undefined;
  const progress = env.pools.preemptions.choose(vm, pool);
  if (progress?.kind !== 'waiting') return undefined;
  const victims = progress.victims.join(', ');
  scope.events.push({
    type: 'Normal',
    reason: 'Preempting',
    action: 'Preempt',
    note: `On host ${progress.host} less important VMs are shut down to make way: ${victims}.`,
  });
  return waiting(scope, progress);
}

function waiting({ lookAgainMs }: Scope, { host, victims }: { host: string; victims: string[] }): StepResult {
  const message = `Host ${host} is kept for the VM; it waits for less important ones to shut down there: ${victims.join(', ')}.`;
  return { kind: 'wait', forMs: lookAgainMs, reason: 'Preempting', message };
}
