import type { HostPool, HostPoolStatus } from '../../api/hostpool.ts';
import { parseBytes, readableQuantity } from '../../api/quantity.ts';
import { sizeOfClass } from '../../domain/size.ts';
import type { SpareRoom } from '../../placement/reserve/spare-room.ts';
import { countedSize } from '../pool/counting.ts';
import type { PoolModel } from '../pool/pool-model.ts';
import type { Stores } from '../stores.ts';

type ClassRoom = NonNullable<HostPoolStatus['classes']>;

/** Classes that a status tells of, by name. */
const told = 64;
/** Beyond this nobody counts. */
const mostFits = 1_000_000;

/**
 * How many more VMs of each class fit, by the engine that would place them; without rules of policies that is one pass
 * over the hosts for each class, and one over what the reserve leaves. While hosts are connecting for the first time, as after a start of the operator, what was
 * told before stands: the engine knows of no room yet, and that is no news.
 */
export function classRoom(
  { stores, pools }: { stores: Stores; pools: PoolModel },
  pool: HostPool,
  spare: SpareRoom | undefined,
): ClassRoom | undefined {
  const classes = stores.virtualMachineClasses.list();
  if (classes.length === 0) return undefined;
  if (pools.isConnecting(pool)) return pool.status?.classes;
  const byName = [...classes].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return byName.slice(0, told).map((vmClass) => {
    const { name } = vmClass.metadata;
    const size = sizeOfClass(vmClass);
    const vm = { id: `class ${name}`, namespace: '', labels: {}, requests: countedSize(size, size, pool) };
    const request = { vm, pool: pool.metadata.name, strategy: pool.spec.strategy };
    return { name, fits: Math.min(pools.engine.fits(request, mostFits), spare?.fits(request) ?? mostFits) };
  });
}

/** `3 large, 131 medium`: of the classes those that run out first, two at most; without any the largest VM. */
export function roomWords({ classes, largestVirtualMachine }: HostPoolStatus): string {
  const scarce = [...(classes ?? [])].sort((a, b) => a.fits - b.fits).slice(0, 2);
  if (scarce.length > 0) return scarce.map(({ name, fits }) => `${fits} ${name}`).join(', ');
  if (!largestVirtualMachine) return '';
  const { cpu, memory } = largestVirtualMachine;
  return `${cpu.cores} CPUs and ${readableQuantity(parseBytes(memory.size))}`;
}
