import { exactQuantity } from '../api/quantity.ts';
import type { DesiredDomain, DomainDifference, DomainFacts, DomainOwner } from './domain.ts';
import { compareInterfaces } from './interfaces.ts';

/** The field under which a domain's owner differs: it is about whose the domain is, not what the guest gets. */
export const ownerField = 'metadata';

/**
 * Where a domain is not what it should be, by the fields of the VirtualMachine, and `hypervisor` for what its host gives it. What libvirt adds or writes in another
 * way is no difference.
 */
export function compareDomain(desired: DesiredDomain, facts: DomainFacts): DomainDifference[] {
  const { className } = desired;
  const sizeField = (name: string) =>
    className === undefined ? `spec.${name}` : `${name} of class ${className}`;
  return [
    ...difference(ownerField, ownerText(desired.owner), ownerText(facts.owner)),
    ...difference('metadata.name', desired.name, facts.name),
    ...difference('hypervisor', desired.hypervisorType, facts.hypervisorType),
    ...difference(sizeField('cpu.cores'), String(desired.cpuCores), String(facts.cpuCores)),
    ...difference(
      sizeField('memory.size'),
      exactQuantity(desired.memoryBytes),
      exactQuantity(facts.memoryBytes),
    ),
    ...difference(
      sizeField('memory.hugePageSize'),
      pagesText(desired.hugePageBytes),
      pagesText(facts.hugePageBytes),
    ),
    ...difference('spec.placement.numaPolicy', numaText(numaOf(desired)), numaText(facts.numa)),
    ...difference('spec.cpu.model', desired.cpuModel ?? 'default', facts.cpuModel ?? 'default'),
    ...compareMachine(desired.machineType, facts.machineType),
    ...difference('spec.kernel.name', bootText(desired.kernel), bootText(facts.kernel)),
    ...difference('spec.kernel.commandLine', desired.kernel.commandLine, facts.kernel?.commandLine ?? ''),
    ...compareInterfaces(desired.interfaces, facts.interfaces),
  ];
}

/** The short names of QEMU's machines, of which libvirt keeps the full ones. */
const families: Readonly<Record<string, RegExp>> = { pc: /^pc-i440fx-/, q35: /^pc-q35-/ };

/** A machine of an older QEMU stays until something else is changed: a guest may depend on it. */
function compareMachine(desired: string, actual: string | undefined): DomainDifference[] {
  if (actual === undefined || families[desired]?.test(actual)) return [];
  return difference('spec.machineType', desired, actual);
}

function difference(field: string, desired: string, actual: string): DomainDifference[] {
  return desired === actual ? [] : [{ field, desired: desired || 'none', actual: actual || 'none' }];
}

function numaOf({ numa }: DesiredDomain): DomainFacts['numa'] {
  return numa && { nodeset: `${numa.cell}`, mode: 'strict', cpuSet: numa.cpuSet };
}

/** CPUs alone may be pinned by somebody who knows why; memory that is bound as well is a cell. */
function numaText(numa: DomainFacts['numa']): string {
  if (!numa) return '';
  const { nodeset, mode, cpuSet } = numa;
  return `NUMA cell ${nodeset} with CPUs ${cpuSet || 'of any'}${mode === 'strict' ? '' : `, ${mode}`}`;
}

/** Without a size libvirt takes the pages that its host has by default. */
function pagesText(hugePageBytes: number | undefined): string {
  if (hugePageBytes === undefined) return 'ordinary memory';
  return hugePageBytes === 0 ? 'default' : exactQuantity(hugePageBytes);
}

function ownerText(owner: DomainOwner | undefined): string {
  if (!owner) return '';
  const { namespace, name, uid, placementGeneration } = owner;
  return `${namespace}/${name} with uid ${uid}, placement ${placementGeneration}`;
}

function bootText(kernel: DomainFacts['kernel']): string {
  if (!kernel) return '';
  return kernel.initrdPath === undefined ? kernel.imagePath : `${kernel.imagePath} with ${kernel.initrdPath}`;
}
