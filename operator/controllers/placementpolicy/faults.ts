import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { type Clock, sleep } from '../../kube/clock.ts';
import { keyOf } from '../../kube/object.ts';
import { listed } from '../../placement/explain/listed.ts';
import { findCondition } from '../conditions.ts';
import type { PoolModel } from '../pool/pool-model.ts';
import type { Stores } from '../stores.ts';

export interface FaultsEnvironment {
  stores: Pick<Stores, 'hostPools'>;
  pools: Pick<PoolModel, 'check'>;
  clock: Clock;
}

/** One VM that does not keep the rules of its policies: which one and where, and why, as a sentence. */
export interface Fault {
  who: string;
  why: string;
}

/** A policy may select all VMs of a large namespace. After so many, some 5 ms, others have their turn. */
const atOnce = 100;

/** Reasons that a message tells, and VMs that it names for each. */
const told = 3;

/** Of which of the VMs it is to be told that they do not keep the rules. */
export async function faultsOf(
  env: FaultsEnvironment,
  vms: readonly VirtualMachine[],
  signal: AbortSignal,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const [at, vm] of vms.entries()) {
    if (at > 0 && at % atOnce === 0) await sleep(env.clock, 0, signal);
    const fault = faultOf(env, vm);
    if (fault) faults.push(fault);
  }
  return faults;
}

/** Why the VM does not keep the rules where it is, or has no place to be; a halted VM without a host breaks none. */
function faultOf({ stores, pools }: FaultsEnvironment, vm: VirtualMachine): Fault | undefined {
  const hostName = vm.status?.hostName;
  if (!hostName) {
    const scheduled = findCondition(vm, 'Scheduled');
    return scheduled?.status === 'False' ? { who: keyOf(vm), why: scheduled.message } : undefined;
  }
  const pool = stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
  const broken = pool && pools.check(vm, pool, hostName);
  return broken && { who: `${keyOf(vm)} on ${hostName}`, why: `${broken.text}.` };
}

/** `3 of 4 VMs do not: shop/web-2, shop/web-3 and 1 more: 0 of 3 hosts fit: 3 lack memory.` */
export function faultsSentence(selected: number, faults: readonly Fault[]): string {
  const groups = [...Map.groupBy(faults, ({ why }) => why)];
  const shown = groups.slice(0, told).map(
    ([why, alike]) =>
      `${listed(
        alike.map(({ who }) => who),
        told,
      )}: ${why}`,
  );
  const rest = groups.slice(told).reduce((sum, [, alike]) => sum + alike.length, 0);
  if (rest > 0) shown.push(`And ${rest} more.`);
  const verb = faults.length === 1 ? 'does' : 'do';
  return `${faults.length} of ${selected} ${selected === 1 ? 'VM' : 'VMs'} ${verb} not: ${shown.join(' ')}`;
}
