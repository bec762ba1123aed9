import { exactQuantity, parseBytes } from '../api/quantity.ts';
import type { HugePageSize } from '../api/size.ts';
import type { VirtualMachine, VirtualMachineStatus } from '../api/virtualmachine.ts';
import type { VirtualMachineClass } from '../api/virtualmachineclass.ts';
import type { DomainFacts } from './domain.ts';

/** CPUs and memory of a guest. */
export interface Size {
  cpuCores: number;
  memoryBytes: number;
  /** Absent for ordinary memory. */
  hugePageSize?: HugePageSize;
}

/** The size that a VM asks for, and where it stands. */
export interface VmSize extends Size {
  /** The over-commit of the VM's class, in percent, where it has one of its own. */
  overcommit: { cpuPercent?: number | undefined; memoryPercent?: number | undefined };
  /** The class that gives it; absent when the VM's spec does. */
  className?: string;
}

/** The size that the VM asks for now: of its spec, or of its class. Undefined when that class is not there. */
export function sizeOf(
  { spec }: Pick<VirtualMachine, 'spec'>,
  vmClass: VirtualMachineClass | undefined,
): VmSize | undefined {
  if (!spec.classRef) {
    return {
      cpuCores: spec.cpu?.cores ?? 1,
      ...memoryOf(spec.memory),
      overcommit: {},
    };
  }
  if (vmClass?.metadata.name !== spec.classRef.name) return undefined;
  return sizeOfClass(vmClass);
}

/** The size of the VMs of a class. */
export function sizeOfClass({ metadata, spec }: VirtualMachineClass): VmSize {
  const { cpu, memory, overcommit = {} } = spec;
  return { cpuCores: cpu.cores, ...memoryOf(memory), overcommit, className: metadata.name };
}

/** The size of a domain as it is. Of pages of a size that no VM may ask for it is not known how they are counted. */
export function sizeOfDomain({ cpuCores, memoryBytes, hugePageBytes }: DomainFacts): Size {
  const hugePageSize = exactQuantity(hugePageBytes ?? 0);
  const isKnown = hugePageSize === '2Mi' || hugePageSize === '1Gi';
  return { cpuCores, memoryBytes, ...(isKnown ? { hugePageSize } : {}) };
}

/** The size that a status tells of. */
export function sizeFromStatus({ cpu, memory }: NonNullable<VirtualMachineStatus['allocated']>): Size {
  return { cpuCores: cpu.cores, ...memoryOf(memory) };
}

/** Of huge pages always whole ones. */
function memoryOf({
  size = '0',
  hugePageSize,
}: {
  size?: string | undefined;
  hugePageSize?: HugePageSize | undefined;
} = {}): Omit<Size, 'cpuCores'> {
  const bytes = parseBytes(size);
  if (hugePageSize === undefined) return { memoryBytes: bytes };
  const page = parseBytes(hugePageSize);
  return { memoryBytes: Math.ceil(bytes / page) * page, hugePageSize };
}

/**
 * The size by which the VM is counted: what it asks for, and while its class is not there what it asked for last. Of one
 * that never had its class it is nothing.
 */
export function lastSizeOf(vm: VirtualMachine, vmClass: VirtualMachineClass | undefined): VmSize {
  const asked = sizeOf(vm, vmClass);
  if (asked) return asked;
  const { size } = vm.status ?? {};
  if (!size) return { cpuCores: 0, memoryBytes: 0, overcommit: {} };
  return { ...sizeFromStatus(size), overcommit: size.overcommit ?? {} };
}

/** The size for the VM's status. */
export function sizeInStatus({ overcommit, ...size }: VmSize): NonNullable<VirtualMachineStatus['size']> {
  return { ...allocatedInStatus(size), ...(Object.keys(overcommit).length > 0 ? { overcommit } : {}) };
}

/** The same of what is had, whatever is asked for. */
export function allocatedInStatus({
  cpuCores,
  memoryBytes,
  hugePageSize,
}: Size): NonNullable<VirtualMachineStatus['allocated']> {
  const size = exactQuantity(memoryBytes);
  return {
    cpu: { cores: cpuCores },
    memory: { size, ...(hugePageSize === undefined ? {} : { hugePageSize }) },
  };
}
