import type { HostPool } from '../../api/hostpool.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { HostFacts } from '../../hypervisor/hypervisor.ts';
import type { Resources } from '../../placement/model/resources.ts';
import { hugePageLimits } from './numa-cells.ts';

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
  const { overcommit, hostReserved } = pool.spec;
  const cpus = Math.max(0, facts.cpu.count - hostReserved.cpuCores);
  const memoryBytes = Math.max(0, facts.memoryBytes - hugePageBytes(facts) - parseBytes(hostReserved.memory));
  return {
    cpu: Math.floor((cpus * overcommit.cpuPercent) / 100),
    memoryBytes: Math.floor((memoryBytes * overcommit.memoryPercent) / 100),
  };
}

function hugePageBytes({ numaCells }: CapacityFacts): number {
  return Object.values(hugePageLimits(numaCells)).reduce((sum, bytes) => sum + bytes, 0);
}

/** The same in placement's words, with huge pages, which nobody shares. */
export function hostLimits(pool: HostPool, facts: CapacityFacts): Resources {
  const { cpu, memoryBytes } = allocatable(pool, facts);
  return { cpu, memory: memoryBytes, ...hugePageLimits(facts.numaCells) };
}
