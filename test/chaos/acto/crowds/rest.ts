import type { HostPool } from '../../../../operator/api/hostpool.ts';
import {
  hosts,
  placementPolicies,
  virtualMachineClasses,
  virtualMachines,
} from '../../../../operator/api/kinds.ts';
import type { VirtualMachine } from '../../../../operator/api/virtualmachine.ts';
import { findCondition } from '../../../../operator/controllers/conditions.ts';
import { cellLimits, hostLimits } from '../../../../operator/controllers/host/capacity.ts';
import { namedLimits } from '../../../../operator/controllers/pool/named-resources.ts';
import { hardwareOffers, offersOf } from '../../../../operator/controllers/pool/offers.ts';
import { policyState } from '../../../../operator/controllers/pool/policy-state.ts';
import { Shares } from '../../../../operator/controllers/pool/shares.ts';
import { placedVm, vmState } from '../../../../operator/controllers/pool/translate.ts';
import { mayMakeWay } from '../../../../operator/controllers/pool/victims.ts';
import { desiredDomain } from '../../../../operator/domain/desired.ts';
import type { HostState } from '../../../../operator/placement/model/host.ts';
import type { Policy } from '../../../../operator/placement/model/policy.ts';
import { matches } from '../../../../operator/placement/model/selector.ts';
import type { PlacedVm, VmState } from '../../../../operator/placement/model/vm.ts';
import type { PlainWorld } from '../../../../operator/placement/testing/naive.ts';
import type { ChaosWorld } from '../../chaos-world.ts';

/** A VM of the world; `state` in placement's words, with its priority worked out. */
export interface Person {
  state: VmState | PlacedVm;
  object: VirtualMachine;
  /** Why it could not run wherever it was, such as KernelNotFound. */
  problem: string | undefined;
}

/** A world at rest: as objects, and as the naive rules take it. */
export interface Rest {
  pool: HostPool;
  plain: PlainWorld;
  people: ReadonlyMap<string, Person>;
  /** What the pool's shares reckon with. */
  shares: Shares;
}

/** Reads the world as it is now, all anew. */
export function restOf(world: ChaosWorld): Rest {
  const pool = world.pool();
  if (!pool) throw new Error('there is no pool');
  const policies = world.cluster.objects(placementPolicies).map(policyState);
  const people = world.cluster.objects(virtualMachines).map((vm) => person(world, pool, policies, vm));
  const placed = people.flatMap(({ state }) => ('host' in state ? [state] : []));
  const states = world.cluster.objects(hosts).map(({ metadata }) => hostState(world, pool, metadata));
  const shares = new Shares();
  shares.seePool(pool);
  for (const state of states) shares.seeHost({ state, limits: state.limits, takesVms: true });
  for (const one of placed) shares.seeVm(pool.metadata.name, one);
  return {
    ...{ pool, shares, people: new Map(people.map((one) => [one.state.id, one])) },
    plain: {
      hosts: new Map(states.map((state) => [state.name, state])),
      vms: new Map(placed.map((one) => [one.id, one])),
      policies: new Map(policies.map((policy) => [`${policy.namespace}/${policy.name}`, policy])),
    },
  };
}

/** Those that have a host. */
export function placedIn({ plain }: Pick<Rest, 'plain'>): PlacedVm[] {
  return [...plain.vms.values()];
}

/** Those that have none, and are to run. */
export function waitingIn({ people }: Pick<Rest, 'people'>): Person[] {
  return [...people.values()].filter(
    ({ object: { metadata, spec, status } }) =>
      !metadata.deletionTimestamp && !status?.hostName && spec.runStrategy !== 'Halted',
  );
}

/** Why the VM has no host, by its condition Scheduled. */
export function reasonOf({ object }: Person): string {
  return findCondition(object, 'Scheduled')?.reason ?? 'none';
}

/** The policies that make the VM a member of a gang. */
export function gangsOf({ plain }: Pick<Rest, 'plain'>, vm: VmState): Policy[] {
  return policiesOf(plain.policies.values(), vm).filter(({ gang }) => gang);
}

/** Whether the VM may be stopped for others. */
export function isWilling({ people }: Rest, { id }: VmState): boolean {
  const object = people.get(id)?.object;
  return object !== undefined && mayMakeWay(object);
}

/** How important the VM is: what it says itself, else the highest that its policies say, else 0. */
export function priorityOf(policies: Iterable<Policy>, vm: VmState): number {
  const said = policiesOf(policies, vm).flatMap(({ priority }) => priority ?? []);
  return vm.priority ?? (said.length > 0 ? Math.max(...said) : 0);
}

/** Of preemption, what any of its policies forbids. */
export function forbiddenFor(policies: Iterable<Policy>, vm: VmState) {
  const own = policiesOf(policies, vm);
  return {
    neverPreempts: own.some(({ neverPreempts }) => neverPreempts),
    neverVictim: own.some(({ neverVictim }) => neverVictim),
  };
}

function policiesOf(policies: Iterable<Policy>, { namespace, labels }: VmState): Policy[] {
  return [...policies].filter((one) => one.namespace === namespace && matches(one.vmSelector, labels));
}

function person(
  world: ChaosWorld,
  pool: HostPool,
  policies: readonly Policy[],
  object: VirtualMachine,
): Person {
  const vmClass = world.cluster.peek(virtualMachineClasses, { name: object.spec.classRef?.name ?? '' });
  const { hostName } = object.status ?? {};
  const counting = { pool, vmClass };
  const state = hostName ? placedVm(object, counting, { host: hostName }) : vmState(object, counting);
  const domain = desiredDomain(object, pool, 'KVM', vmClass);
  const problem = domain.kind === 'problem' ? domain.reason : undefined;
  return { state: { ...state, priority: priorityOf(policies, state) }, object, problem };
}

function hostState(
  world: ChaosWorld,
  pool: HostPool,
  { name, labels = {} }: { name: string; labels?: Record<string, string> },
): HostState {
  const { facts } = world.hypervisor.host(name);
  return {
    ...{ name, pool: pool.metadata.name, labels, available: { yes: true } },
    limits: { ...hostLimits(pool, facts), ...namedLimits(pool, labels) },
    offers: [...hardwareOffers(facts.guests), ...offersOf(pool, labels)],
    cells: cellLimits(pool, facts),
  };
}
