import type { Host } from '../../api/host.ts';
import type { HostPool } from '../../api/hostpool.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { HostFacts } from '../../hypervisor/hypervisor.ts';
import { type Cell, mostCells } from '../../placement/model/host.ts';
import type { Resources } from '../../placement/model/resources.ts';
import { readOnce } from '../read-once.ts';
import { cellsFromStatus, hugePageLimits } from './numa-cells.ts';

export interface Amounts {
  cpu: number;
  memoryBytes: number;
}

/** What decides of a host how much VMs may have of it. */
export type CapacityFacts = Pick<HostFacts, 'memoryBytes' | 'numaCells'> & { cpu: { count: number } };

/**
 * What VMs may have in all on a host with these facts: what is left after hostReserved, times the over-commit. Memory in
 * huge pages is lost to all who do not ask for such.
 */
export function allocatable(pool: HostPool, facts: CapacityFacts): Amounts {
  return shared(pool, facts, reservedIn(pool));
}

function reservedIn({ spec: { hostReserved } }: HostPool): Amounts {
  return { cpu: hostReserved.cpuCores, memoryBytes: parseBytes(hostReserved.memory) };
}

function shared({ spec: { overcommit } }: HostPool, facts: CapacityFacts, reserved: Amounts): Amounts {
  const cpus = Math.max(0, facts.cpu.count - reserved.cpu);
  const memoryBytes = Math.max(0, facts.memoryBytes - hugePageBytes(facts) - reserved.memoryBytes);
  return {
    cpu: Math.floor((cpus * overcommit.cpuPercent) / 100),
    memoryBytes: Math.floor((memoryBytes * overcommit.memoryPercent) / 100),
  };
}

/** The same as the host's status tells it, of when it was last seen, and what guests could have there by name. */
export const factsOnRecord = readOnce(
  ({ status }: Host): (CapacityFacts & Pick<HostFacts, 'guests'>) | undefined => {
    const { capacity, numaCells, cpu, machineTypes } = status ?? {};
    return (
      capacity && {
        cpu: { count: capacity.cpu },
        memoryBytes: parseBytes(capacity.memory),
        numaCells: cellsFromStatus(numaCells),
        guests: { cpuModels: cpu?.models ?? [], machineTypes: machineTypes ?? [] },
      }
    );
  },
);

function hugePageBytes({ numaCells }: CapacityFacts): number {
  return sum(Object.values(hugePageLimits(numaCells)));
}

/** The same in placement's words, with huge pages, which nobody shares. */
export function hostLimits(
  pool: HostPool,
  facts: CapacityFacts,
  reserved: Amounts = reservedIn(pool),
): Resources {
  const { cpu, memoryBytes } = shared(pool, facts, reserved);
  return { cpu, memory: memoryBytes, ...hugePageLimits(facts.numaCells) };
}

/**
 * The same of each NUMA cell, by its number; none for a number that the host has not. Of what the host keeps for itself
 * each cell bears its part.
 */
export function cellLimits(pool: HostPool, facts: CapacityFacts): Cell[] {
  const reserved = reservedIn(pool);
  const limits: Cell[] = [];
  for (const cell of facts.numaCells) {
    if (cell.id >= mostCells) continue;
    const ofMemory = cell.memoryBytes / sum(facts.numaCells.map(({ memoryBytes }) => memoryBytes));
    const ofCpus = cell.cpus / sum(facts.numaCells.map(({ cpus }) => cpus));
    const ownPart = {
      cpu: reserved.cpu * ofCpus || 0,
      memoryBytes: Math.ceil(reserved.memoryBytes * ofMemory) || 0,
    };
    const part = { cpu: { count: cell.cpus }, memoryBytes: cell.memoryBytes, numaCells: [cell] };
    limits[cell.id] = { limits: hostLimits(pool, part, ownPart) };
  }
  return Array.from(limits, (cell) => cell ?? { limits: {} });
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, one) => total + one, 0);
}
