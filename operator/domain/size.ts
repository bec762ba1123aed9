import { exactQuantity, parseBytes } from '../api/quantity.ts';
import type { VirtualMachine, VirtualMachineStatus } from '../api/virtualmachine.ts';
import type { VirtualMachineClass } from '../api/virtualmachineclass.ts';

/** CPUs and memory of a guest. */
export interface Size {
  cpuCores: number;
  memoryBytes: number;
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
      memoryBytes: parseBytes(spec.memory?.size ?? '0'),
      overcommit: {},
    };
  }
  if (vmClass?.metadata.name !== spec.classRef.name) return undefined;
  return sizeOfClass(vmClass);
}

/** The size of the VMs of a class. */
export function sizeOfClass({ metadata, spec }: VirtualMachineClass): VmSize {
  const { cpu, memory, overcommit = {} } = spec;
  return { cpuCores: cpu.cores, memoryBytes: parseBytes(memory.size), overcommit, className: metadata.name };
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
  const { cpu, memory, overcommit = {} } = size;
  return { cpuCores: cpu.cores, memoryBytes: parseBytes(memory.size), overcommit };
}

/** The size for the VM's status. */
export function sizeInStatus({ cpuCores, memoryBytes, overcommit }: VmSize): VirtualMachineStatus['size'] {
  return {
    cpu: { cores: cpuCores },
    memory: { size: exactQuantity(memoryBytes) },
    ...(Object.keys(overcommit).length > 0 ? { overcommit } : {}),
  };
}
