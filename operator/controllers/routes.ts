import type { Host } from '../api/host.ts';
import type { PlacementPolicy } from '../api/placementpolicy.ts';
import type { VirtualMachine } from '../api/virtualmachine.ts';
import { intentOf, keyOf, type ObjectKey } from '../kube/object.ts';
import type { Change } from '../kube/store.ts';
import { findCondition } from './conditions.ts';
import type { HostConnections } from './host/connections.ts';
import type { Sightings } from './host/sightings.ts';
import { policyLagMs, poolLagMs, sumsLagMs } from './lag.ts';
import { heldBy } from './pool/counting.ts';
import { manyRules } from './pool/many-rules.ts';
import type { PoolModel } from './pool/pool-model.ts';
import type { Stores } from './stores.ts';
import type { Unplaced } from './unplaced.ts';
import { restless } from './virtualmachine/rest.ts';

/** Puts a key into a controller's queue: now, or after a while so that many changes make one reconcile. */
export interface Wake {
  wake(key: ObjectKey): void;
  wakeAfter(key: ObjectKey, delayMs: number): void;
}

export interface Wakes {
  virtualMachines: Wake;
  hosts: Wake;
  hostPools: Wake;
  placementPolicies: Wake;
}

/** Who tells what no store does, and who is told. */
export interface Tellers {
  connections: HostConnections;
  sightings: Sightings;
  pools: Pick<PoolModel, 'engine' | 'preemptions' | 'cpuWeights'>;
  unplaced: Pick<Unplaced, 'wake'>;
}

/** VMs look again this long after something has changed for a whole pool, class or namespace. */
const lookAfterMs = 200;

/**
 * Which change wakes what, besides each object's own change. Every route only says "look again"; none carries a fact, so
 * a change that is missed or told twice does no harm.
 */
export function route(
  stores: Stores,
  { connections, sightings, pools, unplaced }: Tellers,
  wakes: Wakes,
): void {
  routeVirtualMachines(stores, { unplaced, pools }, wakes);
  routeContention(stores, wakes);
  routeHosts(stores, unplaced, wakes);
  routePolicies(stores, { unplaced, pools }, wakes);
  routeClasses(stores, unplaced, wakes);
  pools.preemptions.listen((victims) => {
    for (const key of victims) wakes.virtualMachines.wake(key);
  });
  connections.listen({
    onLink: (hostName) => {
      wakes.hosts.wake(hostName);
      wakeVmsOn(hostName, stores, wakes);
      const twin = connections.sharesUUID(hostName);
      if (twin) {
        wakes.hosts.wake(twin);
        wakeVmsOn(twin, stores, wakes);
      }
      unplaced.wake();
    },
    onDomainEvent: (hostName, { uuid, kind }) => {
      for (const vm of stores.virtualMachines.byIndex('domain', uuid)) wakes.virtualMachines.wake(keyOf(vm));
      if (kind === 'Changed') wakes.hosts.wakeAfter(hostName, sumsLagMs);
    },
  });
  sightings.listen((hostName, domains) => {
    for (const vm of restless(stores, hostName, domains)) wakes.virtualMachines.wake(keyOf(vm));
  });
}

function wakeVmsOn(hostName: string, stores: Stores, wakes: Wakes): void {
  for (const vm of stores.virtualMachines.byIndex('host', hostName)) wakes.virtualMachines.wake(keyOf(vm));
}

function routeVirtualMachines(
  stores: Stores,
  { unplaced, pools }: Pick<Tellers, 'unplaced' | 'pools'>,
  wakes: Wakes,
): void {
  stores.virtualMachines.subscribe((change) => {
    const { type, object } = change;
    const old = oldOf(change);
    const isAsBefore = old && footprint(old) === footprint(object);
    if (isAsBefore && compliance(old) === compliance(object)) return;
    wakePolicies(object.metadata.namespace, stores, wakes);
    if (isAsBefore) return;
    wakeGang(object, stores, wakes);
    wakeSums(object, stores, wakes);
    if (old) wakeSums(old, stores, wakes);
    const hosts = new Set([object, ...(old ? [old] : [])].flatMap(({ status }) => status?.hostName ?? []));
    for (const hostName of hosts)
      for (const key of pools.cpuWeights.uneven(hostName)) wakes.virtualMachines.wakeAfter(key, sumsLagMs);
    wakeExclusive(hosts, stores, wakes);
    if (old || type === 'deleted') unplaced.wake();
  });
}

/** A pool tells which of its VMs do not get what they ask for. */
function routeContention(stores: Stores, wakes: Wakes): void {
  stores.virtualMachines.subscribe((change) => {
    const { object } = change;
    const told = JSON.stringify(object.status?.contention);
    const before = JSON.stringify(oldOf(change)?.status?.contention);
    if (before === told && (change.type !== 'deleted' || told === undefined)) return;
    wakePool(object.spec.placement.hostPoolRef.name, stores, wakes);
  });
}

function wakePool(name: string, stores: Stores, wakes: Wakes): void {
  wakes.hostPools.wakeAfter(name, poolLagMs(stores, name));
}

function wakePolicies(namespace: string | undefined, stores: Stores, wakes: Wakes): void {
  for (const policy of stores.placementPolicies.byIndex('namespace', namespace ?? ''))
    wakes.placementPolicies.wakeAfter(keyOf(policy), policyLagMs(stores, namespace));
}

/** Who is on these hosts concerns policies by which VMs there share them with nobody, of whatever namespace. */
function wakeExclusive(hosts: Iterable<string>, stores: Stores, wakes: Wakes): void {
  const vms = [...hosts].flatMap((hostName) => stores.virtualMachines.byIndex('host', hostName));
  for (const namespace of new Set(vms.map(({ metadata }) => metadata.namespace ?? '')))
    for (const policy of stores.placementPolicies.byIndex('exclusive', namespace))
      wakes.placementPolicies.wakeAfter(keyOf(policy), policyLagMs(stores, namespace));
}

/** Members of gangs that are bound start when the last of them is. */
function wakeGang({ metadata: { namespace = '' } }: VirtualMachine, stores: Stores, wakes: Wakes): void {
  const policies = stores.placementPolicies.byIndex('namespace', namespace);
  if (!policies.some(({ spec }) => spec.gang)) return;
  for (const vm of stores.virtualMachines.byIndex('unstarted', namespace))
    wakes.virtualMachines.wake(keyOf(vm));
}

/** All of a VM that others reckon with. */
function footprint(vm: VirtualMachine): string {
  const { metadata, spec, status } = vm;
  const scheduled = findCondition(vm, 'Scheduled')?.reason;
  const size = [askedSize(vm), status?.numaCell, spec.resources, heldBy(vm)];
  return JSON.stringify([status?.hostName, size, metadata.labels, rulesForHosts(vm), scheduled]);
}

/** Where the VM may be, which decides as well where room is kept for it. */
function rulesForHosts({ spec }: VirtualMachine): unknown {
  const networks = spec.interfaces.map(({ network }) => network);
  return [spec.placement, spec.cpu?.model, spec.machineType, spec.kernel?.name, networks];
}

function askedSize({ spec, status }: VirtualMachine): unknown {
  return spec.classRef ? [spec.classRef, status?.size] : [spec.cpu, spec.memory];
}

/** What policies tell of a VM besides: the words in which it says why it has no place; one that is being deleted is none of theirs. */
function compliance(vm: VirtualMachine): string {
  return JSON.stringify([
    findCondition(vm, 'Scheduled')?.message,
    vm.metadata.deletionTimestamp !== undefined,
  ]);
}

/** All of a Host that decides whether a VM fits; what VMs have of it is told by the VMs. */
function room({ metadata, spec, status }: Host): string {
  const conditions = status?.conditions?.map(({ type, status: value }) => [type, value]);
  return JSON.stringify([
    spec,
    metadata.labels,
    metadata.deletionTimestamp,
    status?.allocatable,
    status?.numaCells,
    status?.taints,
    status?.cpu?.models,
    status?.machineTypes,
    conditions,
  ]);
}

/** What a Host says of how it can be reached, and what an admin says of it. */
function standing(host: Host): string {
  const connected = findCondition(host, 'Connected');
  const { annotations, deletionTimestamp } = host.metadata;
  return JSON.stringify([connected?.status, connected?.reason, annotations, deletionTimestamp]);
}

function oldOf<T>(change: Change<T>): T | undefined {
  return change.type === 'updated' ? change.old : undefined;
}

function wakeSums(vm: VirtualMachine, stores: Stores, wakes: Wakes): void {
  if (!vm.status?.hostName) return;
  wakes.hosts.wakeAfter(vm.status.hostName, sumsLagMs);
  wakePool(vm.spec.placement.hostPoolRef.name, stores, wakes);
}

function routeHosts(stores: Stores, unplaced: Tellers['unplaced'], wakes: Wakes): void {
  stores.hosts.subscribe((change) => {
    const { type, object } = change;
    const old = oldOf(change);
    if (type === 'deleted' || (old && standing(old) !== standing(object))) {
      for (const vm of stores.virtualMachines.byIndex('host', object.metadata.name))
        wakes.virtualMachines.wakeAfter(keyOf(vm), lookAfterMs);
    }
    if (old && JSON.stringify(old.metadata.labels) !== JSON.stringify(object.metadata.labels)) {
      for (const policy of stores.placementPolicies.list())
        wakes.placementPolicies.wakeAfter(keyOf(policy), policyLagMs(stores, policy.metadata.namespace));
    }
    wakePool(object.spec.hostPoolRef.name, stores, wakes);
    if (!old || room(old) !== room(object)) unplaced.wake();
  });
  stores.hostPools.subscribe((change) => {
    const { object } = change;
    const old = oldOf(change);
    // With its first status it is known whether it has hosts at all, for which VMs wait.
    const isFirstStatus = old && !old.status && object.status !== undefined;
    if (old && intentOf(old) === intentOf(object) && !isFirstStatus) return;
    const { name } = object.metadata;
    for (const host of stores.hosts.byIndex('pool', name)) wakes.hosts.wake(keyOf(host));
    for (const vm of stores.virtualMachines.byIndex('pool', name))
      wakes.virtualMachines.wakeAfter(keyOf(vm), lookAfterMs);
    if (old) unplaced.wake(); // hosts may have more room, and shares, or less is kept
  });
  stores.nodes.subscribe(({ object }) => {
    if (stores.hosts.get(object.metadata.name)) wakes.hosts.wake(object.metadata.name);
    for (const pool of stores.hostPools.list())
      if (pool.spec.nodeSelector) wakes.hostPools.wakeAfter(keyOf(pool), lookAfterMs);
  });
}

function routePolicies(
  stores: Stores,
  { unplaced, pools: { engine } }: Pick<Tellers, 'unplaced' | 'pools'>,
  wakes: Wakes,
): void {
  stores.placementPolicies.subscribe((change) => {
    const { object } = change;
    const old = oldOf(change);
    if (old && intentOf(old) === intentOf(object)) return;
    // Where VMs may be decides what is kept free for them, and so who else finds room.
    const pools = stores.hostPools.list();
    const isKept = pools.some(({ spec }) => spec.failureReserve !== undefined);
    for (const pool of pools) wakePool(keyOf(pool), stores, wakes);
    if (isKept || bearsOnAll(object) || (old && bearsOnAll(old))) unplaced.wake();
    wakePolicies(object.metadata.namespace, stores, wakes); // they may contradict each other
    for (const vm of stores.virtualMachines.byIndex('namespace', object.metadata.namespace ?? '')) {
      if (!vm.status?.hostName || saysManyRules(vm, engine))
        wakes.virtualMachines.wakeAfter(keyOf(vm), lookAfterMs);
    }
  });
}

/** Whether a VM that has its host tells of its many rules, or is to tell of them from now on. */
function saysManyRules(vm: VirtualMachine, engine: PoolModel['engine']): boolean {
  const { namespace = '', labels = {} } = vm.metadata;
  const isTold = findCondition(vm, 'Scheduled')?.reason === 'ManyRules';
  return isTold || manyRules(engine, { namespace, labels }) !== undefined;
}

/** VMs of the class may be larger or smaller from now on, and count more or less. */
function routeClasses(stores: Stores, unplaced: Tellers['unplaced'], wakes: Wakes): void {
  stores.virtualMachineClasses.subscribe((change) => {
    const old = oldOf(change);
    if (old && intentOf(old) === intentOf(change.object)) return;
    for (const vm of stores.virtualMachines.byIndex('class', change.object.metadata.name)) {
      wakes.virtualMachines.wakeAfter(keyOf(vm), lookAfterMs);
      wakeSums(vm, stores, wakes);
    }
    for (const pool of stores.hostPools.list()) wakePool(keyOf(pool), stores, wakes);
    if (old || change.type === 'deleted') unplaced.wake();
  });
}

/** Whether it bears on VMs of other namespaces, too: for whom hosts are kept, who comes before whom, and who may be stopped. */
function bearsOnAll({ spec }: PlacementPolicy): boolean {
  return spec.hostSharing === 'Exclusive' || spec.priority !== undefined || spec.preemption !== undefined;
}
