import { parseBytes } from '../../../../operator/api/quantity.ts';
import type { Policy } from '../../../../operator/placement/model/policy.ts';
import { isOfCells } from '../../../../operator/placement/model/resources.ts';
import type { PlacedVm, VmState } from '../../../../operator/placement/model/vm.ts';
import { mayTake } from '../../../../operator/placement/testing/naive.ts';
import { waysToClear } from '../../../../operator/placement/testing/ways-to-clear.ts';
import { gangsOf, isWilling, type Person, placedIn, type Rest, reasonOf, waitingIn } from './rest.ts';

const poolName = 'default';

/**
 * What must hold of every world at rest, in sentences where it does not. All of it is about the end alone, which is not
 * compared with the end of another way there, as that depends on the order: of two equal VMs the first has the place, a
 * spread and an affinity reckon with those that were there, whom a VM stops depends on who was where, and who was stopped
 * goes where there is room by then. Whatever the order: who has a place may be there, and nobody waits for whom there is one.
 */
export function faultsAtRest(rest: Rest): string[] {
  const oracles = [underWay, misplaced, overfullCells, halfGangs, aboveLimits, waitingInVain, gangsInVain];
  return [...oracles, unstopped].flatMap((oracle) => oracle(rest));
}

/** Nobody is on the way out for ever, nor waits for ever for one who is. */
function underWay(rest: Rest): string[] {
  const marked = [...rest.people.values()].filter(({ object }) => object.status?.makesWayFor);
  const waiting = waitingIn(rest).filter((one) => reasonOf(one) === 'Preempting');
  return [
    ...marked.map(({ state, object }) => `${state.id} makes way for ${object.status?.makesWayFor?.name}`),
    ...waiting.map(({ state }) => `${state.id} waits for victims`),
  ];
}

/**
 * Whoever has a host may be there beside the others: there is room, and no rule is broken. Left out are rules that
 * others break by going, affinity and spread.
 */
function misplaced(rest: Rest): string[] {
  const lasting = (policy: Policy): Policy => ({ ...policy, vmAffinity: [], topologySpread: [] });
  const policies = new Map([...rest.plain.policies].map(([key, policy]) => [key, lasting(policy)]));
  return placedIn(rest)
    .filter((vm) => !mayTake({ ...rest.plain, policies }, vm, poolName).includes(vm.host))
    .map((vm) => `${vm.id} may not be on ${vm.host} beside the others`);
}

/** VMs of one NUMA cell have all that they have from it. */
function overfullCells(rest: Rest): string[] {
  return placedIn(rest).flatMap(({ id, host, cell, requests }) => {
    if (cell === undefined) return [];
    const limits = rest.plain.hosts.get(host)?.cells?.[cell]?.limits ?? {};
    const there = placedIn(rest).filter((one) => one.host === host && one.cell === cell);
    return Object.keys(requests).flatMap((resource) => {
      const used = there.reduce((sum, one) => sum + (one.requests[resource] ?? 0), 0);
      if (!isOfCells(resource) || used <= (limits[resource] ?? 0)) return [];
      return [`${id} is in cell ${cell} of ${host}, which has too little ${resource}`];
    });
  });
}

/** Of a gang of which too few have hosts, only those have one that came to run, as they do when all have theirs. */
function halfGangs(rest: Rest): string[] {
  return [...rest.plain.policies.values()].flatMap((policy) => {
    const bound = placedIn(rest).filter((vm) => gangsOf(rest, vm).includes(policy));
    if (bound.length >= (policy.gang?.minMembers ?? 0)) return [];
    return bound
      .filter(({ id }) => rest.people.get(id)?.object.status?.powerState === undefined)
      .map(({ id }) => `${id} has a host, as only ${bound.length} of its gang ${policy.name} have`);
  });
}

/** No share has more than its limit, with those below it; nor is taken what is kept for one. */
function aboveLimits(rest: Rest): string[] {
  const { shares = [] } = rest.pool.spec;
  const over = shares.flatMap(({ name, limit = {} }) => {
    const limits = { cpu: limit.cpuCores, memory: limit.memory && parseBytes(limit.memory) };
    return Object.entries(limits).flatMap(([resource, most]) => {
      const used = usedBy(rest, name, resource);
      return most && used > most ? [`share ${name} has ${used} of ${resource}, which is above ${most}`] : [];
    });
  });
  const taken = Object.entries(rest.shares.of(poolName)?.overdrawn ?? {}).flatMap(([resource, amount]) =>
    amount > 0 ? [`of the ${resource} that is kept for shares ${amount} is taken`] : [],
  );
  return [...over, ...taken];
}

function usedBy({ pool, plain }: Rest, share: string, resource: string): number {
  const { shares = [] } = pool.spec;
  const counts = (one: (typeof shares)[number] | undefined): boolean =>
    one !== undefined && (one.name === share || counts(shares.find(({ name }) => name === one.parentName)));
  const namespaces = new Set(shares.filter(counts).flatMap((one) => one.namespaces));
  return [...plain.vms.values()]
    .filter(({ namespace }) => namespaces.has(namespace))
    .reduce((sum, { requests }) => sum + (requests[resource] ?? 0), 0);
}

/** Nobody waits for whom a host has a place. What a reserve keeps free is not told naively, so such a pool is not asked. */
function waitingInVain(rest: Rest): string[] {
  if (rest.pool.spec.failureReserve) return [];
  return waitingIn(rest).flatMap((one) => {
    if (one.problem === 'ClassNotFound' || lacksFellows(rest, one.state)) return [];
    const free = hostsFor(rest, one.state);
    return free.length > 0 ? [`${one.state.id} waits (${reasonOf(one)}), and would fit on ${free}`] : [];
  });
}

/** The hosts that would take the VM as things are. */
export function hostsFor(rest: Rest, vm: VmState): string[] {
  return sharesAllow(rest, [vm]) ? mayTake(rest.plain, vm, poolName) : [];
}

/** No gang waits of which enough are there and have places together, one after another in some order. */
function gangsInVain(rest: Rest): string[] {
  if (rest.pool.spec.failureReserve) return [];
  return [...rest.plain.policies.values()].flatMap((policy) => {
    const isOf = (vm: VmState) => gangsOf(rest, vm).includes(policy);
    const waiting = waitingIn(rest).filter(({ state }) => isOf(state) && gangsOf(rest, state).length === 1);
    const missing = (policy.gang?.minMembers ?? 0) - placedIn(rest).filter(isOf).length;
    const asked = waiting.filter(({ problem }) => problem !== 'ClassNotFound').sort(mostImportantFirst);
    if (missing <= 0 || asked.length < missing) return [];
    const vms = asked.slice(0, missing).map(({ state }) => state);
    if (!sharesAllow(rest, vms) || !fitTogether(rest, vms)) return [];
    return [`gang ${policy.name} waits, and ${vms.map(({ id }) => id)} would fit`];
  });
}

function mostImportantFirst({ state: a }: Person, { state: b }: Person): number {
  return (
    (b.priority ?? 0) - (a.priority ?? 0) || (a.createdAt ?? 0) - (b.createdAt ?? 0) || (a.id < b.id ? -1 : 1)
  );
}

/** By every order and every host: for as few as gangs have here. */
function fitTogether(rest: Rest, vms: readonly VmState[]): boolean {
  return (
    vms.length === 0 ||
    vms.some((vm) =>
      mayTake(rest.plain, vm, poolName).some((host) => {
        const placed = new Map(rest.plain.vms).set(vm.id, { ...vm, host });
        const others = vms.filter((one) => one !== vm);
        return fitTogether({ ...rest, plain: { ...rest.plain, vms: placed } }, others);
      }),
    )
  );
}

/** Where VMs may be stopped, nobody waits for whom one or two on one host could be. */
function unstopped(rest: Rest): string[] {
  return waitingIn(rest).flatMap((one) => {
    const [way] = fewestWays(rest, one);
    return way ? [`${one.state.id} waits (${reasonOf(one)}), and could stop ${way.map(({ id }) => id)}`] : [];
  });
}

/**
 * The ways to make a place for the VM by stopping as few as possible, one or two; empty when there is none. Nobody is
 * stopped whom a policy protects, nor for one whose policy says so, that could not run, or that is of a gang.
 */
export function fewestWays(rest: Rest, { state, problem }: Person): PlacedVm[][] {
  const { preemption, failureReserve } = rest.pool.spec;
  if (preemption.mode === 'Disabled' || failureReserve || problem || gangsOf(rest, state).length > 0)
    return [];
  const ways = (count: number) =>
    waysToClear(rest.plain, state, poolName, count).filter(
      (way) => way.every((one) => isWilling(rest, one)) && sharesAllow(rest, [state], way),
    );
  const single = ways(1);
  return single.length > 0 ? single : ways(2);
}

/** Whether it is what policies say of preemption that keeps the VM from having others stopped. */
export function isKeptOut(rest: Rest, one: Person): boolean {
  const free = (policy: Policy): Policy => ({ ...policy, neverPreempts: false, neverVictim: false });
  const policies = new Map([...rest.plain.policies].map(([key, policy]) => [key, free(policy)]));
  const without = { ...rest, plain: { ...rest.plain, policies } };
  return fewestWays(rest, one).length === 0 && fewestWays(without, one).length > 0;
}

/** Whether too few of the VM's gang have hosts for it to be placed alone, or it is of several. */
function lacksFellows(rest: Rest, vm: VmState): boolean {
  const [gang, another] = gangsOf(rest, vm);
  const bound = placedIn(rest).filter((one) => gang && gangsOf(rest, one).includes(gang));
  return another !== undefined || bound.length < (gang?.gang?.minMembers ?? 0);
}

/** Whether shares let the VMs come, once these have left. */
function sharesAllow(rest: Rest, vms: readonly VmState[], leaving: readonly VmState[] = []): boolean {
  return (
    rest.shares.refusal(
      poolName,
      vms,
      leaving.map(({ id }) => id),
    ) === undefined
  );
}
