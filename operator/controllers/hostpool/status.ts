import type { ConditionStatus } from '../../api/common.ts';
import type { Host, HostCondition } from '../../api/host.ts';
import type { HostPool, HostPoolCondition, HostPoolStatus } from '../../api/hostpool.ts';
import { exactQuantity, parseBytes } from '../../api/quantity.ts';
import { conditionList, findCondition } from '../conditions.ts';
import type { Amounts } from '../host/capacity.ts';
import { summary } from '../host/status.ts';
import { roomWords } from './class-room.ts';
import { usedOf } from './happiness.ts';
import { headroomColumn } from './headroom.ts';
import type { MemberFindings } from './members.ts';
import { headroomOf, type ReserveFindings, reservedOf, reserveVerdict } from './reserve.ts';
import { type PoolRoom, roomInStatus } from './room.ts';
import { poolVerdicts } from './verdicts.ts';

export interface PoolObservation {
  pool: HostPool;
  members: readonly Host[];
  findings: MemberFindings;
  used: Amounts & { vms: number };
  room: PoolRoom;
  classes: HostPoolStatus['classes'];
  /** Undefined for a pool without a reserve. */
  reserve: ReserveFindings | undefined;
  happiness: NonNullable<HostPoolStatus['happiness']>;
  /** Besides CPUs and memory. */
  resources: NonNullable<HostPoolStatus['resources']>;
  now: Date;
}

/** The pool as one computer: the sum of its hosts. */
export function poolStatus({
  pool,
  members,
  findings,
  used,
  room,
  classes,
  reserve,
  happiness,
  resources,
  now,
}: PoolObservation): HostPoolStatus {
  const generation = pool.metadata.generation ?? 0;
  const capacity = sum(members.map((host) => host.status?.capacity));
  const allocatable = sum(members.map((host) => host.status?.allocatable));
  const hosts = counts(members);
  const { largestFree, stranded } = room;
  const free = { ...roomInStatus(room), ...(classes ? { classes } : {}) };
  return {
    observedGeneration: generation,
    hosts,
    virtualMachines: used.vms,
    resources: [
      {
        name: 'cpu',
        capacity: `${capacity.cpu}`,
        allocatable: `${allocatable.cpu}`,
        allocated: `${Math.ceil(used.cpu)}`,
        ...reservedOf(reserve, 'cpu'),
        largestFree: `${Math.floor(largestFree.cpu)}`,
        strandedPercent: Math.round(stranded.cpu * 100),
        ...usedOf('cpu', members, pool.status),
      },
      {
        name: 'memory',
        capacity: exactQuantity(capacity.memoryBytes),
        allocatable: exactQuantity(allocatable.memoryBytes),
        allocated: exactQuantity(used.memoryBytes),
        ...reservedOf(reserve, 'memory'),
        largestFree: exactQuantity(largestFree.memoryBytes),
        strandedPercent: Math.round(stranded.memoryBytes * 100),
        ...usedOf('memory', members, pool.status),
      },
      ...resources,
    ],
    ...(reserve ? { headroom: reserve.report.headroom } : {}),
    ...free,
    happiness,
    summary: {
      hosts: `${hosts.ready}/${hosts.total}`,
      ...summary(used, allocatable),
      headroom: headroomColumn(reserve && headroomOf(reserve), roomWords(free)),
    },
    conditions: conditionList<HostPoolCondition>(
      {
        ...poolVerdicts(pool, members, findings),
        ...(reserve ? { ReserveKept: reserveVerdict(reserve) } : {}),
      },
      pool.status?.conditions,
      generation,
      now,
    ),
  };
}

/** Whether VMs may be placed on the host, by its own status. */
export function takesVms(host: Host): boolean {
  return is(host, 'Ready', 'True') && is(host, 'Schedulable', 'True');
}

function counts(members: readonly Host[]): NonNullable<HostPoolStatus['hosts']> {
  return {
    total: members.length,
    ready: members.filter(takesVms).length,
    cordoned: members.filter((host) => is(host, 'Schedulable', 'False')).length,
    lost: members.filter((host) => is(host, 'Connected', 'False')).length,
  };
}

function is(host: Host, type: HostCondition, status: ConditionStatus): boolean {
  return findCondition(host, type)?.status === status;
}

function sum(amounts: readonly ({ cpu: number; memory: string } | undefined)[]): Amounts {
  let cpu = 0;
  let memoryBytes = 0;
  for (const amount of amounts) {
    if (!amount) continue;
    cpu += amount.cpu;
    memoryBytes += parseBytes(amount.memory);
  }
  return { cpu, memoryBytes };
}
