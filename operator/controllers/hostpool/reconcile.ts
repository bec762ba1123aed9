import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import { hostPools } from '../../api/kinds.ts';
import type { Clock } from '../../kube/clock.ts';
import type { ReconcileContext } from '../../kube/controller.ts';
import type { ObjectKey } from '../../kube/object.ts';
import { done, type Result } from '../../kube/result.ts';
import type { PoolModel, PoolUsage } from '../pool/pool-model.ts';
import type { Stores } from '../stores.ts';
import { classRoom } from './class-room.ts';
import { happinessOf } from './happiness.ts';
import { ensureMembers, noFindings } from './members.ts';
import { poolResources } from './resources.ts';
import { roomOf } from './room.ts';
import { poolStatus } from './status.ts';

export interface HostPoolEnvironment {
  stores: Stores;
  pools: PoolModel;
  clock: Clock;
}

/** Keeps a deleted pool until no VM lives on its hosts: its Hosts go with it, and they are how VMs are reached. */
export const finalizer = 'vmfabric.io/hosts';

/** A name that another pool gives up, and a Host that was refused, are tried again this soon. */
const tryAgainMs = 30_000;
/** So soon more of very many VMs without a place are asked about room that was made. */
const settleAgainMs = 1000;

type Context = Pick<ReconcileContext, 'signal' | 'cluster'>;

/** Makes the pool's Hosts and sums them up in its status. */
export async function reconcileHostPool(
  env: HostPoolEnvironment,
  key: ObjectKey,
  { signal, cluster }: Context,
): Promise<Result> {
  const stored = env.stores.hostPools.get(key);
  if (!stored) return done;
  const members = env.stores.hosts.byIndex('pool', key);
  if (stored.metadata.deletionTimestamp && !isUsed(env, key, members))
    return release(cluster, stored, signal);
  const pool = await ensureFinalizer(cluster, stored, signal);
  const findings = pool.metadata.deletionTimestamp
    ? noFindings()
    : await ensureMembers({ ...env, cluster }, pool, signal);
  if (findings.changed) return { kind: 'again', afterMs: 50 };
  const reserve = env.pools.reservations.report(key);
  members.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const usages = usagesOf(env, members);
  const spare = env.pools.reservations.room(key);
  const status = poolStatus({
    ...{ pool, members, findings, reserve },
    used: sumOf(usages),
    room: roomOf(members, usages, spare),
    classes: classRoom(env, pool, spare),
    happiness: happinessOf(env.stores.virtualMachines.byIndex('contended', key)),
    shares: env.pools.shares.of(key),
    resources: poolResources(pool, members, usages, reserve),
    now: env.clock.wallTime(),
  });
  await cluster.patchStatus(hostPools, pool, status, { signal, urgency: 'background' });
  const unsettled = findings.taken.length + findings.refused.length > 0;
  if (reserve && !reserve.report.isSettled) return { kind: 'again', afterMs: settleAgainMs };
  return unsettled ? { kind: 'again', afterMs: tryAgainMs } : done;
}

/** Placements that are decided and not yet seen count as well. */
function isUsed(env: HostPoolEnvironment, poolName: string, members: readonly Host[]): boolean {
  const bound = env.stores.virtualMachines.byIndex('pool', poolName).some((vm) => vm.status?.hostName);
  return bound || usagesOf(env, members).some(({ vms }) => vms > 0);
}

async function ensureFinalizer(
  cluster: Context['cluster'],
  pool: HostPool,
  signal: AbortSignal,
): Promise<HostPool> {
  const present = pool.metadata.finalizers ?? [];
  if (pool.metadata.deletionTimestamp || present.includes(finalizer)) return pool;
  return cluster.setFinalizers(hostPools, pool, [...present, finalizer], { signal });
}

async function release(cluster: Context['cluster'], pool: HostPool, signal: AbortSignal): Promise<Result> {
  const present = pool.metadata.finalizers ?? [];
  const rest = present.filter((name) => name !== finalizer);
  await cluster.setFinalizers(hostPools, pool, rest, { signal });
  return done;
}

function usagesOf({ pools }: HostPoolEnvironment, members: readonly Host[]): PoolUsage[] {
  return members.map((host) => pools.usage(host.metadata.name));
}

function sumOf(usages: readonly PoolUsage[]) {
  const total = { cpu: 0, memoryBytes: 0, vms: 0 };
  for (const { cpu, memoryBytes, vms } of usages) {
    total.cpu += cpu;
    total.memoryBytes += memoryBytes;
    total.vms += vms;
  }
  return total;
}
