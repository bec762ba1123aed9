import type { Host } from '../../api/host.ts';
import type { HostPool, HostPoolCondition, HostPoolStatus } from '../../api/hostpool.ts';
import { exactQuantity } from '../../api/quantity.ts';
import type { PoolShares } from '../../placement/shares/pool-shares.ts';
import { conditionList } from '../conditions.ts';
import type { Amounts } from '../host/capacity.ts';
import { summary } from '../host/status.ts';
import { roomWords } from './class-room.ts';
import { usedOf } from './happiness.ts';
import type { MemberFindings } from './members.ts';
import { headroomOf, type ReserveFindings, reservedOf, reserveVerdict } from './reserve.ts';
import { type PoolRoom, roomInStatus } from './room.ts';
import { sharesInStatus, sharesVerdict } from './shares.ts';
import { type Standing, standingOf } from './standing.ts';
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
  /** Undefined for a pool without shares. */
  shares: PoolShares | undefined;
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
  shares,
  resources,
  now,
}: PoolObservation): HostPoolStatus {
  const generation = pool.metadata.generation ?? 0;
  const standings = members.map(standingOf);
  const capacity = sum(standings, 'capacity');
  const allocatable = sum(standings, 'allocatable');
  const hosts = counts(standings);
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
    ...(shares ? { shares: sharesInStatus(shares) } : {}),
    summary: {
      hosts: `${hosts.ready}/${hosts.total}`,
      ...summary(used, allocatable),
      headroom: headroomColumn(reserve && headroomOf(reserve), roomWords(free)),
    },
    conditions: conditionList<HostPoolCondition>(
      {
        ...poolVerdicts(pool, members, findings),
        ...(reserve ? { ReserveKept: reserveVerdict(reserve, members) } : {}),
        ...(shares ? { SharesValid: sharesVerdict(shares) } : {}),
      },
      pool.status?.conditions,
      generation,
      now,
    ),
  };
}

function counts(standings: readonly Standing[]): NonNullable<HostPoolStatus['hosts']> {
  let [ready, cordoned, lost, overallocated] = [0, 0, 0, 0];
  for (const { takesVms, isCordoned, isLost, isOverallocated } of standings) {
    if (takesVms) ready += 1;
    if (isCordoned) cordoned += 1;
    if (isLost) lost += 1;
    if (isOverallocated) overallocated += 1;
  }
  return { total: standings.length, ready, cordoned, lost, overallocated };
}

function sum(standings: readonly Standing[], of: 'capacity' | 'allocatable'): Amounts {
  const total = { cpu: 0, memoryBytes: 0 };
  for (const { [of]: amounts } of standings) {
    total.cpu += amounts?.cpu ?? 0;
    total.memoryBytes += amounts?.memoryBytes ?? 0;
  }
  return total;
}

/** The column of kubectl get that tells what may still come or fail: parts of a few words each, without those that are empty. */
export function headroomColumn(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part)
    .join(', ')
    .slice(0, 128);
}
