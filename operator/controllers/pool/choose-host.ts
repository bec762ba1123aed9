import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { classNotFound } from '../../domain/desired.ts';
import type { Lacking } from '../../placement/gangs/fit-gang.ts';
import type { Placed } from '../../placement/gate/gate.ts';
import type { Decision, Placement } from '../../placement/model/decision.ts';
import { conflictOf } from './conflicts.ts';
import type { PoolModel } from './pool-model.ts';
import type { Victims } from './preemptions.ts';

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
      /** Who of its gang finds no host beside the others, itself or another. */
      lacking?: Lacking;
    };

/** A host on which less important VMs are to make way for the VM. Nobody is told of it yet: `Preemptions.hold` does that. */
export interface Clears extends Victims {
  kind: 'clears';
  reason: 'Preempting';
}

/** That no host does for a VM; why each of them does not, `inWords` says. */
export interface Nowhere {
  kind: 'nowhere';
  reason: 'Unschedulable';
}

/** The decision of `seekHost`, in words where there is no place. */
export function chooseHost(pools: PoolModel, vm: VirtualMachine, pool: HostPool): Choice | Clears {
  const found = seekHost(pools, vm, pool);
  return found.kind === 'nowhere' ? inWords(pools, vm, pool) : found;
}

/**
 * Why no host does for the VM, after `seekHost` in the same world. It may have a host after all: where a pool keeps room,
 * not each host is tried, and of equal ones each VM has others first.
 */
export function inWords(pools: PoolModel, vm: VirtualMachine, pool: HostPool): Choice {
  const decision = pools.place(vm, pool);
  return decision.kind === 'placed'
    ? chosen(decision)
    : { kind: 'none', reason: 'Unschedulable', message: decision.message, decision };
}

/**
 * The whole decision of the operator for a VM without a host, whoever asks: those who wait longer or are more important go
 * first, a gang goes all at once, a host that is being cleared for the VM is waited for, then the VM itself, and where it finds
 * no place, a host from which less important ones are to go. Hosts of others are assumed by the way, its own is not.
 */
export function seekHost(pools: PoolModel, vm: VirtualMachine, pool: HostPool): Choice | Clears | Nowhere {
  if (!pools.isSized(vm))
    return { kind: 'none', reason: 'ClassNotFound', message: classNotFound(vm).message };
  pools.placeWaiting(vm);
  const withoutGang = refusalOfGang(pools, vm);
  if (withoutGang) return withoutGang;
  const assumed = pools.assumedPlace(vm);
  if (assumed) return { kind: 'host', place: assumed, by: pools.gangs.isMember(vm) ? 'gang' : assumed.by };
  const room = pools.preemptions.pursue(vm);
  if (room?.kind === 'ready')
    return { kind: 'host', place: pools.placeOn(vm, pool, room.host), by: 'preemption' };
  if (room) return { kind: 'none', reason: 'Preempting', message: waitingFor(room) };
  const placed = pools.find(vm, pool);
  if (placed) return chosen(placed);
  return inConflict(pools, vm) ?? clearable(pools, vm, pool) ?? { kind: 'nowhere', reason: 'Unschedulable' };
}

function chosen(place: Placed): Chosen {
  return { kind: 'host', place, by: place.passedOver ? 'gate' : 'points' };
}

/** As a VM says for which a host is being cleared. */
export function waitingFor({ host, victims }: Victims): string {
  return `Host ${host} is kept for the VM; it waits for less important ones to shut down there: ${victims.join(', ')}.`;
}

/** A VM of a gang goes nowhere before enough of them can. */
function refusalOfGang(pools: PoolModel, vm: VirtualMachine): Choice | undefined {
  const assembly = pools.gangs.assemble(vm);
  if (!assembly || assembly.kind === 'stands') return undefined;
  const conflict = inConflict(pools, vm);
  if (conflict || assembly.kind === 'conflict') return conflict;
  const { message } = assembly;
  if (assembly.kind === 'incomplete') return { kind: 'none', reason: 'GangIncomplete', message };
  const lacking = assembly.lacking ? { lacking: assembly.lacking } : {};
  return { kind: 'none', reason: 'GangUnschedulable', message, ...lacking };
}

/** Asked once a VM finds no place: then no host will ever do, and only a person can help. */
function inConflict(pools: PoolModel, vm: VirtualMachine): Choice | undefined {
  const message = conflictOf(pools, pools.state(vm));
  return message === undefined ? undefined : { kind: 'none', reason: 'PolicyConflict', message };
}

/** For a VM that could not run, or whose gang is not whole, nobody is stopped. */
function clearable(pools: PoolModel, vm: VirtualMachine, pool: HostPool): Clears | undefined {
  if (pools.gangs.isMember(vm) || !pools.isRunnable(vm, pool)) return undefined;
  const found = pools.preemptions.choose(vm, pool);
  return found && { kind: 'clears', reason: 'Preempting', ...found };
}
