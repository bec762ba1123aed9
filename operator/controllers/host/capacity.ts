import type { HostPool } from '../../api/hostpool.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { HostFacts } from '../../hypervisor/hypervisor.ts';

export interface Amounts {
  cpu: number;
  memoryBytes: number;
}

/** What VMs may have in all on a host with these facts: what is left after hostReserved, times the over-commit. */
export function allocatable(
  pool: HostPool,
  facts: Pick<HostFacts, 'memoryBytes'> & { cpu: { count: number } },
): Amounts {
  const { overcommit, hostReserved } = pool.spec;
  const cpus = Math.max(0, facts.cpu.count - hostReserved.cpuCores);
  const memoryBytes = Math.max(0, facts.memoryBytes - parseBytes(hostReserved.memory));
  return {
    cpu: Math.floor((cpus * overcommit.cpuPercent) / 100),
    memoryBytes: Math.floor((memoryBytes * overcommit.memoryPercent) / 100),
  };
}
