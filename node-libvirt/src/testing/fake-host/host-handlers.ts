import type { HostHandlers } from './handlers.ts';
import { capabilitiesXml, domainCapabilitiesXml } from './host-description.ts';
import type { HostState } from './host-state.ts';
import { checkFlags } from './refusal.ts';

/** The host itself. */
export const hostHandlers: HostHandlers = {
  connectGetType: () => ({ type: 'QEMU' }),
  connectGetVersion: ({ description }) => ({ version: description.hypervisorVersion }),
  connectGetLibVersion: ({ description }) => ({ version: description.libvirtVersion }),
  connectGetHostname: ({ description }) => ({ hostname: description.hostname }),
  connectGetUri: ({ description }) => ({ uri: description.uri }),
  connectIsSecure: () => ({ secure: 1 }),
  connectGetCapabilities: ({ description }) => ({ capabilities: capabilitiesXml(description) }),
  connectGetDomainCapabilities({ description }, { virtType, flags }) {
    checkFlags(flags, 0);
    return { capabilities: domainCapabilitiesXml(description, virtType ?? 'kvm') };
  },
  nodeGetInfo({ description: { memoryKiB, cpus } }) {
    const shape = { nodes: 1, sockets: 1, cores: cpus, threads: 1 };
    return { model: 'x86_64', memoryKiB, cpus, mhz: 2_400, ...shape };
  },
  nodeGetFreeMemory: (host) => ({ freeMemory: freeMemoryBytes(host) }),
  nodeGetCellsFreeMemory: (host) => ({ cells: [freeMemoryBytes(host)] }),
};

/** What no running domain may have. */
function freeMemoryBytes({ description, domains }: HostState): bigint {
  const taken = domains.all.reduce((sum, { live }) => sum + (live?.memoryKiB ?? 0n), 0n);
  const free = description.memoryKiB - taken;
  return (free > 0n ? free : 0n) * 1024n;
}
