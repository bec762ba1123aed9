import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import { hosts } from '../../api/kinds.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { domainUuidOf } from '../../domain/identity.ts';
import { type DomainSummary, HypervisorError } from '../../hypervisor/hypervisor.ts';
import type { Clock } from '../../kube/clock.ts';
import type { ReconcileContext } from '../../kube/controller.ts';
import type { ObjectKey } from '../../kube/object.ts';
import { done, type Result } from '../../kube/result.ts';
import type { Resources } from '../../placement/model/resources.ts';
import type { PlacedVm } from '../../placement/model/vm.ts';
import { hostFinalizer } from '../hostpool/members.ts';
import { growthOf } from '../pool/counting.ts';
import { namedLimits } from '../pool/named-resources.ts';
import type { PoolModel } from '../pool/pool-model.ts';
import { resourceList } from '../pool/resource-list.ts';
import { classOf, type Stores } from '../stores.ts';
import { allocatable, cellLimits, factsOnRecord } from './capacity.ts';
import { cellAllocations } from './cell-allocation.ts';
import type { HostConnections, HostLink } from './connections.ts';
import type { Credentials, CredentialsResult } from './credentials.ts';
import { replacedMachine } from './identity.ts';
import { soundFacts } from './implausible.ts';
import type { Measurements } from './measurements.ts';
import { hugePageLimits } from './numa-cells.ts';
import { schedulable } from './schedulable.ts';
import type { Sightings } from './sightings.ts';
import { hostStatus } from './status.ts';
import { taintsOf } from './taints.ts';

export interface HostEnvironment {
  stores: Stores;
  connections: HostConnections;
  sightings: Sightings;
  measurements: Measurements;
  credentials: Credentials;
  pools: PoolModel;
  clock: Clock;
  random: () => number;
}

/** Domains that come and go without an event, and Secrets that change, are found within this time. */
const observeEveryMs = 60_000;
/** A Secret that is wrong is looked at again soon: somebody is probably putting it right. */
const credentialsEveryMs = 5_000;

/** Keeps the connection to one host and says in its status what the host is and how it stands. */
export async function reconcileHost(
  env: HostEnvironment,
  key: ObjectKey,
  context: Pick<ReconcileContext, 'signal' | 'cluster'>,
): Promise<Result> {
  const host = env.stores.hosts.get(key);
  if (!host) {
    env.connections.drop(key);
    env.sightings.forget(key);
    return done;
  }
  // Somebody else's finalizer may keep it all the same; then it says how it stands until it is gone.
  const finalizers = host.metadata.finalizers ?? [];
  const isLetGo = host.metadata.deletionTimestamp && env.pools.usage(key).vms === 0;
  if (isLetGo && finalizers.includes(hostFinalizer)) {
    const rest = finalizers.filter((name) => name !== hostFinalizer);
    await context.cluster.setFinalizers(hosts, host, rest, { signal: context.signal });
    return done;
  }
  const pool = env.stores.hostPools.get(host.spec.hostPoolRef.name);
  const credentials = await connect(env, host, pool);
  const link = env.connections.link(key);
  // The first attempt is under way: after our own restart that is no news.
  if (link?.state === 'Connecting' && !link.error && host.status) return done;
  const foreign = link?.connection ? await foreignDomains(env, host, link, context.signal) : undefined;
  const facts = soundFacts(link) ?? factsOnRecord(host);
  const limits = pool && facts && allocatable(pool, facts);
  const used = env.pools.usage(key);
  const more = { ...hugePageLimits(facts?.numaCells ?? []), ...namedLimits(pool, host.metadata.labels) };
  const node = env.stores.nodes.get(key);
  const status = hostStatus({
    host,
    link,
    // On a host without VMs a machine may be replaced without further ado.
    replaced: used.vms > 0 ? replacedMachine(host, link) : undefined,
    credentials,
    schedulable: schedulable(host, pool, node),
    taints: taintsOf(host, pool, node),
    measured: env.measurements.told(key),
    resources: resourceList(more, used.resources),
    allocation: {
      limits: limits && { cpu: limits.cpu, memory: limits.memoryBytes, ...more },
      used: usedByGuests(env, key),
      cells: pool && facts ? cellAllocations(cellLimits(pool, facts), guestsThatStay(env, key)) : [],
    },
    twin: env.connections.sharesUUID(key),
    used,
    ...(limits ? { allocatable: limits } : {}),
    ...(foreign ? { foreign } : {}),
    now: env.clock.wallTime(),
  });
  const { signal } = context;
  await context.cluster.patchStatus(hosts, host, status, { signal, urgency: 'background' });
  const every = credentials.kind === 'ok' ? observeEveryMs : credentialsEveryMs;
  return { kind: 'again', afterMs: every * (0.75 + env.random() / 2) };
}

/**
 * The VMs with what their guests have, as above. Those that make way are counted no more: the one for which they do has their
 * place.
 */
function guestsThatStay({ stores, pools }: HostEnvironment, hostName: string): PlacedVm[] {
  const leaving = new Set(pools.preemptions.victimsOn(hostName));
  const staying = pools.engine.vmsOn(hostName).filter(({ id }) => !leaving.has(id));
  return staying.map((placed) => {
    const vm = stores.virtualMachines.get(placed.id);
    const requests = { ...placed.requests };
    if (vm) subtract(requests, growthIn(stores, vm));
    return { ...placed, requests };
  });
}

/** Asks for the connection. Without good credentials a connection that stands is kept: its VMs need it. */
async function connect(
  env: HostEnvironment,
  host: Host,
  pool: HostPool | undefined,
): Promise<CredentialsResult> {
  if (!pool) {
    const message = `HostPool ${host.spec.hostPoolRef.name} does not exist.`;
    return { kind: 'problem', reason: 'HostPoolNotFound', message };
  }
  const { tlsSecretRef, port } = pool.spec.connection;
  const result = await env.credentials.get(tlsSecretRef);
  if (result.kind === 'ok') {
    const { credentials } = result;
    env.connections.ensure({ name: host.metadata.name, address: host.spec.address, port, credentials });
  }
  return result;
}

/**
 * Room is kept for what VMs ask for. But a host has not promised too much where a spec that was edited asks for more: its
 * guest does not have that, and finds room for it or is not started again.
 */
function usedByGuests({ stores, pools }: HostEnvironment, hostName: string): Resources {
  const used: Record<string, number> = { ...pools.usage(hostName).resources };
  for (const vm of stores.virtualMachines.byIndex('host', hostName)) subtract(used, growthIn(stores, vm));
  return used;
}

function growthIn(stores: Stores, vm: VirtualMachine): Resources {
  const pool = stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
  return growthOf(vm, { pool, vmClass: classOf(stores, vm) });
}

function subtract(from: Record<string, number>, amounts: Resources): void {
  for (const [name, amount] of Object.entries(amounts)) from[name] = (from[name] ?? 0) - amount;
}

async function foreignDomains(
  env: HostEnvironment,
  host: Host,
  link: HostLink,
  signal: AbortSignal,
): Promise<DomainSummary[] | undefined> {
  const all = await domainsOf(link, signal);
  if (!all) return undefined;
  env.sightings.list(host.metadata.name, all);
  const bound = env.stores.virtualMachines.byIndex('host', host.metadata.name);
  const own = new Set(bound.map(domainUuidOf));
  return all.filter(({ uuid }) => !own.has(uuid));
}

/** A host that cannot list its domains now is asked again with the next look; its status says what is known. */
async function domainsOf(link: HostLink, signal: AbortSignal): Promise<DomainSummary[] | undefined> {
  try {
    return await link.connection?.domains({ signal });
  } catch (error) {
    if (error instanceof HypervisorError) return undefined;
    throw error;
  }
}
