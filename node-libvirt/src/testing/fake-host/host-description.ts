/** What a fake host says of itself. */
export interface HostDescription {
  uuid: string;
  hostname: string;
  /** Which driver it has; others cannot be opened. */
  uri: string;
  /** As libvirt packs them: major * 1 000 000 + minor * 1 000 + release. */
  libvirtVersion: bigint;
  hypervisorVersion: bigint;
  memoryKiB: bigint;
  cpus: number;
  cpuModel: string;
}

export const defaultDescription: Omit<HostDescription, 'uuid'> = {
  hostname: 'fake-host',
  uri: 'qemu:///system',
  libvirtVersion: 9_000_000n,
  hypervisorVersion: 7_002_000n,
  memoryKiB: 64n * 1024n * 1024n,
  cpus: 16,
  cpuModel: 'EPYC',
};

/** Types of domains that it runs. */
export const domainTypes = ['qemu', 'kvm'] as const;
const emulator = '/usr/bin/qemu-system-x86_64';
const machines = ['pc-i440fx-7.2', 'pc', 'pc-q35-7.2', 'q35'];

/** One NUMA cell and one socket, with all that there is. */
export function capabilitiesXml({ uuid, cpuModel, cpus, memoryKiB }: HostDescription): string {
  const each = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join('\n');
  const cpu = (id: number) =>
    `            <cpu id='${id}' socket_id='0' die_id='0' core_id='${id}' siblings='${id}'/>`;
  return `<capabilities>

  <host>
    <uuid>${uuid}</uuid>
    <cpu>
      <arch>x86_64</arch>
      <model>${cpuModel}</model>
      <vendor>AMD</vendor>
      <topology sockets='1' dies='1' cores='${cpus}' threads='1'/>
    </cpu>
    <topology>
      <cells num='1'>
        <cell id='0'>
          <memory unit='KiB'>${memoryKiB}</memory>
          <cpus num='${cpus}'>
${each(cpus, cpu)}
          </cpus>
        </cell>
      </cells>
    </topology>
  </host>

  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <wordsize>64</wordsize>
      <emulator>${emulator}</emulator>
${machines.map((name) => `      <machine maxCpus='255'>${name}</machine>`).join('\n')}
${domainTypes.map((type) => `      <domain type='${type}'/>`).join('\n')}
    </arch>
  </guest>

</capabilities>
`;
}

/** Of one type of domain. */
export function domainCapabilitiesXml({ cpuModel }: HostDescription, type: string): string {
  return `<domainCapabilities>
  <path>${emulator}</path>
  <domain>${type}</domain>
  <machine>${machines[0]}</machine>
  <arch>x86_64</arch>
  <vcpu max='255'/>
  <cpu>
    <mode name='host-passthrough' supported='yes'/>
    <mode name='host-model' supported='yes'>
      <model fallback='forbid'>${cpuModel}</model>
    </mode>
    <mode name='custom' supported='yes'>
      <model usable='yes'>qemu64</model>
    </mode>
  </cpu>
</domainCapabilities>
`;
}
