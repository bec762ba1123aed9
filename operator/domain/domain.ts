import type { PowerState } from '../api/virtualmachine.ts';

/** The VirtualMachine that a domain belongs to, as written into the domain's metadata. */
export interface DomainOwner {
  namespace: string;
  name: string;
  uid: string;
  /** The fencing token: a domain with an older generation than its VirtualMachine's is stale. */
  placementGeneration: number;
}

/** What vmfabric decides about a domain: everything that domain XML is made from. */
export interface DesiredDomain {
  uuid: string;
  name: string;
  owner: DomainOwner;
  hypervisorType: 'KVM' | 'QEMU';
  /** The VirtualMachineClass that gives CPUs and memory; absent when the VM's spec does. In no XML. */
  className?: string;
  cpuCores: number;
  /** `HostModel`, `HostPassthrough` or a name of libvirt's; absent for what the kind of hypervisor has by default. */
  cpuModel?: string;
  machineType: string;
  memoryBytes: number;
  /** Absent for ordinary memory. */
  hugePageBytes?: number;
  /** The cell that all CPUs and memory are from, with the CPUs that it has. Absent where the host decides. */
  numa?: { cell: number; cpuSet: string };
  kernel: { imagePath: string; initrdPath?: string; commandLine: string };
  interfaces: readonly DomainInterface[];
}

export interface DomainInterface {
  /** The name in the VirtualMachine's spec; kept as the device's alias. */
  name: string;
  macAddress: string;
  bridge: string;
}

/** The same, read back from domain XML; fields that the XML does not have are absent. */
export interface DomainFacts {
  /** Libvirt's number for this run of the domain; absent in what does not run. */
  id?: string;
  uuid: string;
  name: string;
  /** Absent when the domain is not vmfabric's. */
  owner?: DomainOwner;
  /** KVM, QEMU, or whatever else libvirt calls it, in capitals. */
  hypervisorType: string;
  cpuCores: number;
  /** What vmfabric had asked for: libvirt tells in what runs what became of it. */
  cpuModel?: string;
  /** Libvirt's full name of it, such as `pc-i440fx-7.2` for `pc`. */
  machineType?: string;
  memoryBytes: number;
  /** 0 for whatever huge pages the host has by default. */
  hugePageBytes?: number;
  /** Where its memory is bound to cells; `nodeset` and `cpuSet` as libvirt writes sets. */
  numa?: { nodeset: string; mode: string; cpuSet: string };
  /** What was set by `setCpuWeight`, of what runs. */
  cpuWeight?: number;
  kernel?: { imagePath: string; initrdPath?: string; commandLine: string };
  interfaces: readonly { name?: string; macAddress: string; bridge?: string }[];
}

/** What a person is told of a difference: the field of the VirtualMachine it comes from. */
export interface DomainDifference {
  field: string;
  desired: string;
  actual: string;
}

export type { PowerState };
