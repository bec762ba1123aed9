import type { HostPool } from '../api/hostpool.ts';
import { parseBytes } from '../api/quantity.ts';
import type { VirtualMachine } from '../api/virtualmachine.ts';
import type { VirtualMachineClass } from '../api/virtualmachineclass.ts';
import type { NumaCell } from '../hypervisor/hypervisor.ts';
import type { DesiredDomain, DomainInterface } from './domain.ts';
import { domainNameOf, domainUuidOf, macAddressOf } from './identity.ts';
import { sizeOf } from './size.ts';

/** What keeps a VM from having a domain: it asks for something that its HostPool does not have, or for no size. */
export interface DomainProblem {
  kind: 'problem';
  reason: 'NetworkNotFound' | 'KernelNotFound' | 'ClassNotFound';
  /** Names the field, what it asks for, what there is, and the way out. */
  message: string;
}

export type DesiredDomainResult = { kind: 'ok'; domain: DesiredDomain } | DomainProblem;

/**
 * What the VM's domain should be on a host with this kind of hypervisor; `vmClass` is the one that it refers to, if there
 * is one, and `cell` the one that it has of its host, if it asks for one. Depends on nothing but its arguments.
 */
export function desiredDomain(
  vm: VirtualMachine,
  pool: HostPool,
  hypervisorType: DesiredDomain['hypervisorType'],
  vmClass?: VirtualMachineClass,
  cell?: Pick<NumaCell, 'id' | 'cpuSet'>,
): DesiredDomainResult {
  const size = sizeOf(vm, vmClass);
  if (!size) return classNotFound(vm);
  const kernel = kernelOf(vm, pool);
  if ('kind' in kernel) return kernel;
  const interfaces: DomainInterface[] = [];
  for (const index of vm.spec.interfaces.keys()) {
    const found = interfaceOf(vm, pool, index);
    if ('kind' in found) return found;
    interfaces.push(found);
  }
  return {
    kind: 'ok',
    domain: {
      uuid: domainUuidOf(vm),
      name: domainNameOf(vm),
      owner: ownerOf(vm),
      hypervisorType,
      ...(size.className === undefined ? {} : { className: size.className }),
      cpuCores: size.cpuCores,
      memoryBytes: wholeMebibytes(size.memoryBytes),
      ...(size.hugePageSize === undefined ? {} : { hugePageBytes: parseBytes(size.hugePageSize) }),
      ...(cell ? { numa: { cell: cell.id, cpuSet: cell.cpuSet } } : {}),
      ...(vm.spec.cpu?.model === undefined ? {} : { cpuModel: vm.spec.cpu.model }),
      machineType: vm.spec.machineType ?? 'pc',
      kernel,
      interfaces,
    },
  };
}

/** The VM refers to a class that is not there. */
export function classNotFound({ spec }: VirtualMachine): DomainProblem {
  const message = `spec.classRef.name is ${spec.classRef?.name}, but there is no such VirtualMachineClass. Create it, or name one that exists: kubectl get vmclass.`;
  return { kind: 'problem', reason: 'ClassNotFound', message };
}

function ownerOf(vm: VirtualMachine): DesiredDomain['owner'] {
  const { namespace = '', name, uid } = vm.metadata;
  return { namespace, name, uid, placementGeneration: vm.status?.placementGeneration ?? 0 };
}

const mebibyte = 2 ** 20;

/** QEMU rounds guests' memory up to whole mebibytes by itself; asked for less, it would seem to have been changed. */
function wholeMebibytes(bytes: number): number {
  return Math.ceil(bytes / mebibyte) * mebibyte;
}

function kernelOf(vm: VirtualMachine, pool: HostPool): DesiredDomain['kernel'] | DomainProblem {
  const wanted = vm.spec.kernel;
  const found = pool.spec.kernels.find(({ name }) => name === wanted?.name);
  if (!wanted || !found) {
    const asked = wanted ? `is ${wanted.name}` : 'is not set';
    const names = pool.spec.kernels.map(({ name }) => name);
    return {
      kind: 'problem',
      reason: 'KernelNotFound',
      message: notFound('spec.kernel.name', asked, pool, 'kernels', names),
    };
  }
  return {
    imagePath: found.imagePath,
    ...(found.initrdPath === undefined ? {} : { initrdPath: found.initrdPath }),
    commandLine: oneLine(wanted.commandLine),
  };
}

/** YAML blocks bring line ends along. To kernels they are blanks, and libvirt keeps them only in part. */
function oneLine(commandLine: string): string {
  return commandLine.replace(/\s*[\r\n]\s*/g, ' ').trim();
}

function interfaceOf(vm: VirtualMachine, pool: HostPool, index: number): DomainInterface | DomainProblem {
  const wanted = vm.spec.interfaces[index];
  if (!wanted) throw new RangeError(`the VM has no interface ${index}`);
  const found = pool.spec.networks.find(({ name }) => name === wanted.network);
  if (found) return { name: wanted.name, macAddress: macAddressOf(vm, wanted), bridge: found.bridge };
  const field = `spec.interfaces[${index}].network`;
  const names = pool.spec.networks.map(({ name }) => name);
  return {
    kind: 'problem',
    reason: 'NetworkNotFound',
    message: notFound(field, `is ${wanted.network}`, pool, 'networks', names),
  };
}

function notFound(
  field: string,
  asked: string,
  pool: HostPool,
  kind: 'kernels' | 'networks',
  names: string[],
): string {
  const { name } = pool.metadata;
  const there = names.length === 0 ? `has no ${kind}` : `has ${kind} ${names.join(', ')}`;
  const wayOut =
    names.length === 0
      ? `Add it to spec.${kind} of the HostPool`
      : `Name one of them, or add it to spec.${kind} of the HostPool`;
  return `${field} ${asked}, but HostPool ${name} ${there}. ${wayOut}.`;
}
