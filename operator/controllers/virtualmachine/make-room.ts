import type { HostPool } from '../../api/hostpool.ts';
import { desiredDomain } from '../../domain/desired.ts';
import { waitingFor } from '../pool/choose-host.ts';
import { classOf } from '../stores.ts';
import type { Scope, StepResult } from './scope.ts';

/** Asked once a VM finds no place: has less important ones make way where their HostPool allows it. */
export function makeRoom(scope: Scope, pool: HostPool): StepResult | undefined {
  const { env, vm, lookAgainMs: forMs } = scope;
  // For one that could not run, or whose fellows are missing, nobody is stopped.
  if (
    desiredDomain(vm, pool, 'KVM', classOf(env.stores, vm)).kind === 'problem' ||
    env.pools.gangs.assemble(vm)
  )
    return undefined;
  const clearing = env.pools.preemptions.choose(vm, pool);
  if (!clearing) return undefined;
  scope.events.push({
    type: 'Normal',
    reason: 'Preempting',
    action: 'Preempt',
    note: `On host ${clearing.host} less important VMs are shut down to make way: ${clearing.victims.join(', ')}.`,
  });
  return { kind: 'wait', forMs, reason: 'Preempting', message: waitingFor(clearing) };
}
