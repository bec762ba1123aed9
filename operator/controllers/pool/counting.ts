import type { HostPool } from '../../api/hostpool.ts';
import { exactQuantity, readableQuantity } from '../../api/quantity.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { VirtualMachineClass } from '../../api/virtualmachineclass.ts';
import { lastSizeOf, type Size, sizeFromStatus, type VmSize } from '../../domain/size.ts';
import { hugePages, type Resources } from '../../placement/model/resources.ts';

/** What besides the VM itself decides how much it counts against the limits of its hosts. */
export interface Counting {
  pool: HostPool | undefined;
  /** The class that the VM refers to, if it is there. */
  vmClass: VirtualMachineClass | undefined;
}

/** What its domain holds on its host right now, whatever the spec asks for; nothing while it is stopped. */
export function heldBy({ status }: VirtualMachine) {
  return status?.powerState === 'Stopped' ? undefined : status?.allocated;
}

/** 256 TiB, which no host has: more than that would be nonsense to the engine, which closes the host on which it is. */
const largest = 2 ** 48;

/**
 * An amount in the units of the pool's limits, which are what hosts have times the pool's over-commit: of a class that
 * shares less than its pool does, each CPU and byte counts for more.
 */
function counted(amount: number, poolPercent: number | undefined, classPercent: number | undefined): number {
  if (poolPercent === undefined || classPercent === undefined) return amount;
  return Math.min(largest, (amount * poolPercent) / classPercent);
}

/** What a VM of this size counts against the limits of its hosts. Huge pages are shared by nobody. */
export function countedSize(
  { cpuCores, memoryBytes, hugePageSize }: Size,
  { overcommit }: Pick<VmSize, 'overcommit'>,
  pool: HostPool | undefined,
): Resources {
  const ofPool = pool?.spec.overcommit;
  const cpu = counted(cpuCores, ofPool?.cpuPercent, overcommit.cpuPercent);
  if (hugePageSize !== undefined) return { cpu, [hugePages(hugePageSize)]: memoryBytes };
  const memory = Math.ceil(counted(memoryBytes, ofPool?.memoryPercent, overcommit.memoryPercent));
  return { cpu, memory };
}

/** What the VM counts against the limits of its hosts. One that was made smaller has what it had until it is restarted. */
export function countedVm(vm: VirtualMachine, { pool, vmClass }: Counting): Resources {
  const size = lastSizeOf(vm, vmClass);
  const asked = countedSize(size, size, pool);
  const held = heldBy(vm);
  return held ? most([asked, countedSize(sizeFromStatus(held), size, pool)]) : asked;
}

/**
 * What of that it asks for beyond what it runs with, or ran with last: it has that from its next start on, if there is room
 * for it then. Nothing of one that has not run yet: it was placed by what it asks for.
 */
export function growthOf(vm: VirtualMachine, { pool, vmClass }: Counting): Resources {
  const { allocated } = vm.status ?? {};
  if (!allocated) return {};
  const size = lastSizeOf(vm, vmClass);
  const has = countedSize(sizeFromStatus(allocated), size, pool);
  const asked = Object.entries(countedSize(size, size, pool));
  return Object.fromEntries(asked.map(([name, amount]) => [name, Math.max(0, amount - (has[name] ?? 0))]));
}

/** Bytes that its guest has, or shall have; whatever they count as. */
export function guestMemoryBytes(vm: VirtualMachine, { vmClass }: Counting): number {
  const held = heldBy(vm);
  return (held ? sizeFromStatus(held) : lastSizeOf(vm, vmClass)).memoryBytes;
}

/** The largest amount of each resource. */
function most(all: readonly Resources[]): Resources {
  const found: Record<string, number> = {};
  for (const [name, amount] of all.flatMap((resources) => Object.entries(resources)))
    found[name] = Math.max(found[name] ?? 0, amount);
  return found;
}

/**
 * Why the amounts that are said of the VM are not those that it asks for: `Its 2 CPUs count as 8: …`; empty when they
 * are.
 */
export function countingRemark(vm: VirtualMachine, { pool, vmClass }: Counting): string {
  const size = lastSizeOf(vm, vmClass);
  const { cpu = 0, memory = size.memoryBytes } = countedSize(size, size, pool);
  const { name = '' } = vm.spec.classRef ?? {};
  const promised = (resource: 'cpuPercent' | 'memoryPercent') =>
    `VirtualMachineClass ${name} promises ${size.overcommit[resource]} % of what hosts have, HostPool ${pool?.metadata.name} ${pool?.spec.overcommit[resource]} %.`;
  const remarks: string[] = [];
  if (cpu !== size.cpuCores)
    remarks.push(`Its ${cpus(size.cpuCores)} as ${round(cpu)}: ${promised('cpuPercent')}`);
  if (memory !== size.memoryBytes)
    remarks.push(
      `Its ${exactQuantity(size.memoryBytes)} of memory count as ${readableQuantity(memory)}: ${promised('memoryPercent')}`,
    );
  return remarks.join(' ');
}

const cpus = (cores: number) => (cores === 1 ? '1 CPU counts' : `${cores} CPUs count`);
const round = (amount: number) => Math.ceil(amount * 100) / 100;
