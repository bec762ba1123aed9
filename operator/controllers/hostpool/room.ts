import type { Host } from '../../api/host.ts';
import type { HostPoolStatus } from '../../api/hostpool.ts';
import { exactQuantity } from '../../api/quantity.ts';
import type { Resources } from '../../placement/model/resources.ts';
import type { SpareRoom } from '../../placement/reserve/spare-room.ts';
import type { Amounts } from '../host/capacity.ts';
import { standingOf } from './standing.ts';

/** One host that takes VMs: what they may have of it, and what is left; never below 0. */
interface HostRoom {
  limits: Amounts;
  free: Amounts;
}

export interface PoolRoom {
  largestFree: Amounts;
  largestVirtualMachine: Amounts;
  /** Parts of what is free, from 0 to 1, that the other resource keeps from being used. */
  stranded: Amounts;
  /** Loads of hosts from 0 to 1 and, where more is allocated than there is, beyond. */
  imbalance: { standardDeviation: number; fullest: number };
}

/** What a reserve leaves of the hosts that take VMs. */
type Spare = Pick<SpareRoom, 'failures' | 'hosts'>;

/** As no VM may have more. */
const mostCores = 512;
const mostBytes = 2 ** 44;

/**
 * How what is free lies on the hosts that take VMs. From what the Hosts' statuses say: just after a start the connections
 * are not there yet, and a pool that has nothing free would be news. `usages` are those of the members, in their order; `spare` is undefined without a reserve.
 */
export function roomOf(members: readonly Host[], usages: readonly Amounts[], spare?: Spare): PoolRoom {
  const rooms: HostRoom[] = [];
  const loads: number[] = [];
  for (const [index, host] of members.entries()) {
    const { allocatable: limits, takesVms } = standingOf(host);
    if (!limits || !takesVms) continue;
    const used = usages[index] ?? { cpu: 0, memoryBytes: 0 };
    rooms.push({
      limits,
      free: {
        cpu: Math.max(0, limits.cpu - used.cpu),
        memoryBytes: Math.max(0, limits.memoryBytes - used.memoryBytes),
      },
    });
    loads.push(Math.max(part(used.cpu, limits.cpu), part(used.memoryBytes, limits.memoryBytes)));
  }
  return {
    largestFree: largest(rooms.map(({ free }) => free)),
    largestVirtualMachine: largestVm(rooms, spare),
    stranded: stranded(rooms),
    imbalance: { standardDeviation: deviation(loads), fullest: Math.max(0, ...loads) },
  };
}

/** The status of it, in whole percents, so that it holds still while nobody would see a change. */
export function roomInStatus({
  largestVirtualMachine: { cpu, memoryBytes },
  imbalance,
}: PoolRoom): Pick<HostPoolStatus, 'largestVirtualMachine' | 'imbalance'> {
  return {
    largestVirtualMachine: { cpu: { cores: cpu }, memory: { size: exactQuantity(memoryBytes) } },
    imbalance: {
      standardDeviationPercent: Math.round(imbalance.standardDeviation * 100),
      fullestPercent: Math.round(imbalance.fullest * 100),
    },
  };
}

function amountsOf({ cpu = 0, memory = 0 }: Resources): Amounts {
  return { cpu, memoryBytes: memory };
}

function largest(all: readonly Amounts[]): Amounts {
  const most = { cpu: 0, memoryBytes: 0 };
  for (const { cpu, memoryBytes } of all) {
    most.cpu = Math.max(most.cpu, cpu);
    most.memoryBytes = Math.max(most.memoryBytes, memoryBytes);
  }
  return most;
}

/**
 * All that is free on the host whose scarcer resource is most, measured by the largest host there is. With a reserve, what
 * such hosts of as many other failure domains as may fail have to spare as well.
 */
function largestVm(rooms: readonly HostRoom[], spare: Spare | undefined): Amounts {
  const unit = largest(rooms.map(({ limits }) => limits));
  const scarcer = ({ cpu, memoryBytes }: Amounts) =>
    Math.min(part(Math.floor(cpu), unit.cpu), part(memoryBytes, unit.memoryBytes));
  const roomiest = (all: readonly Amounts[]) =>
    all.reduce((best, free) => (scarcer(free) > scarcer(best) ? free : best), { cpu: 0, memoryBytes: 0 });
  const best = spare ? inDomains(spare, roomiest, scarcer) : roomiest(rooms.map(({ free }) => free));
  return {
    cpu: Math.min(mostCores, Math.floor(best.cpu)),
    memoryBytes: Math.min(mostBytes, Math.floor(best.memoryBytes)),
  };
}

/** What the roomiest hosts of so many domains that one more may fail all have; nothing where there are fewer domains. */
function inDomains(
  { failures, hosts }: Spare,
  roomiest: (all: readonly Amounts[]) => Amounts,
  scarcer: (free: Amounts) => number,
): Amounts {
  const domains = Map.groupBy(hosts, ({ domain }) => domain);
  const best = [...domains.values()]
    .map((one) => roomiest(one.map(({ spare }) => amountsOf(spare))))
    .sort((a, b) => scarcer(b) - scarcer(a))
    .slice(0, failures + 1);
  if (best.length <= failures) return { cpu: 0, memoryBytes: 0 };
  return {
    cpu: Math.min(...best.map(({ cpu }) => cpu)),
    memoryBytes: Math.min(...best.map(({ memoryBytes }) => memoryBytes)),
  };
}

/** What is left of one resource on a host once as much of both is used as the scarcer one allows. */
function stranded(rooms: readonly HostRoom[]): Amounts {
  const [total, free, lost] = [0, 0, 0].map(() => ({ cpu: 0, memoryBytes: 0 })) as [
    Amounts,
    Amounts,
    Amounts,
  ];
  for (const { limits } of rooms) add(total, limits);
  for (const { free: here } of rooms) {
    const usable = Math.min(part(here.cpu, total.cpu), part(here.memoryBytes, total.memoryBytes));
    add(free, here);
    add(lost, {
      cpu: here.cpu - usable * total.cpu,
      memoryBytes: here.memoryBytes - usable * total.memoryBytes,
    });
  }
  return { cpu: part(lost.cpu, free.cpu), memoryBytes: part(lost.memoryBytes, free.memoryBytes) };
}

function add(sum: Amounts, { cpu, memoryBytes }: Amounts): void {
  sum.cpu += cpu;
  sum.memoryBytes += memoryBytes;
}

function deviation(loads: readonly number[]): number {
  if (loads.length === 0) return 0;
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  return Math.sqrt(loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / loads.length);
}

/** 0 of nothing. */
function part(amount: number, whole: number): number {
  return whole > 0 ? amount / whole : 0;
}
