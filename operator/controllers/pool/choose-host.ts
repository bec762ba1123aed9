import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { classNotFound } from '../../domain/desired.ts';
import type { Decision, Placement } from '../../placement/model/decision.ts';
import { conflictOf } from './conflicts.ts';
import type { PoolModel } from './pool-model.ts';

/** A host, and what besides its points speaks for it. `line`: it was decided while the VM waited. */
export interface Chosen {
  kind: 'host';
  place: Placement;
  by: 'points' | 'gate' | 'line' | 'gang' | 'preemption';
}

/** What becomes of a VM that is to have a host. */
export type Choice =
  | Chosen
  | {
      kind: 'none';
      reason:
        | 'ClassNotFound'
        | 'Unschedulable'
        | 'GangIncomplete'
        | 'GangUnschedulable'
        | 'Preempting'
        | 'PolicyConflict';
      message: string;
      /** Why each host does not do; of a VM that is refused for itself. */
      decision?: Decision & { kind: 'unplaced' };
    };

/**
 * The whole decision of the operator for a VM without a host, whoever asks: those who wait longer or are more important go
 * first, a gang goes all at once, a host that is being cleared for the VM is waited for, and then the VM itself. Hosts of others are assumed by the way, its own is not.
 */
export function chooseHost(pools: PoolModel, vm: VirtualMachine, pool: HostPool): Choice {
  if (!pools.isSized(vm))
    return { kind: 'none', reason: 'ClassNotFound', message: classNotFound(vm).message };
  pools.placeWaiting(vm);
  const withoutGang = refusalOfGang(pools, vm);
  if (withoutGang) return withoutGang;
  const assumed = pools.assumedPlace(vm);
  if (assumed) return { kind: 'host', place: assumed, by: pools.gangs.isMember(vm) ? 'gang' : 'line' };
  const room = pools.preemptions.pursue(vm);
  if (room?.kind === 'ready')
    return { kind: 'host', place: pools.placeOn(vm, pool, room.host), by: 'preemption' };
  if (room) return { kind: 'none', reason: 'Preempting', message: waitingFor(room) };
  const decision = pools.place(vm, pool);
  if (decision.kind === 'placed')
    return { kind: 'host', place: decision, by: decision.passedOver ? 'gate' : 'points' };
  return (
    inConflict(pools, vm) ?? { kind: 'none', reason: 'Unschedulable', message: decision.message, decision }
  );
}

/** As a VM says for which a host is being cleared. */
export function waitingFor({ host, victims }: { host: string; victims: readonly string[] }): string {
  return `Host ${host} is kept for the VM; it waits for less important ones to shut down there: ${victims.join(', ')}.`;
}

/** A VM of a gang goes nowhere before enough of them can. */
function refusalOfGang(pools: PoolModel, vm: VirtualMachine): Choice | undefined {
  const assembly = pools.gangs.assemble(vm);
  if (!assembly || assembly.kind === 'stands') return undefined;
  const conflict = inConflict(pools, vm);
  if (conflict || assembly.kind === 'conflict') return conflict;
  const reason = assembly.kind === 'incomplete' ? 'GangIncomplete' : 'GangUnschedulable';
  return { kind: 'none', reason, message: assembly.message };
}

/** Asked once a VM finds no place: then no host will ever do, and only a person can help. */
function inConflict(pools: PoolModel, vm: VirtualMachine): Choice | undefined {
  const message = conflictOf(pools, pools.state(vm));
  return message === undefined ? undefined : { kind: 'none', reason: 'PolicyConflict', message };
}
