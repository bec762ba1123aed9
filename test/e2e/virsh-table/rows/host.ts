import type { HypervisorConnection, NodeInfo } from 'node-libvirt';
import { cpus } from '../files.ts';
import { column, linesOf, names, pairs, text } from '../readings.ts';
import type { Area, Row } from '../row.ts';
import { domainNamed } from '../untyped.ts';

const kibibytes = (bytes: number) => `${bytes / 1024} KiB`;

async function versions({ connection, host }: HypervisorConnection) {
  const { type } = await connection.call('connectGetType', {});
  return [`${type} ${await host.hypervisorVersion()}`, await host.libVersion()];
}

const printedNode = (node: NodeInfo) => ({
  'CPU model': node.model,
  'CPU(s)': `${node.cpus}`,
  'CPU frequency': `${node.mhz} MHz`,
  'CPU socket(s)': `${node.sockets}`,
  'Core(s) per socket': `${node.cores}`,
  'Thread(s) per core': `${node.threads}`,
  'NUMA cell(s)': `${node.numaNodes}`,
  'Memory size': kibibytes(node.memoryBytes),
});

const version: Row = {
  name: 'the versions of hypervisor and library',
  virsh: 'version --daemon',
  ours: versions,
  reads: (stdout) => {
    const printed = pairs(stdout);
    return [printed['Running hypervisor'], printed['Running against daemon']];
  },
};

const cpuMap: Row = {
  name: 'which CPUs are online',
  virsh: 'nodecpumap',
  ours: async ({ connection }) => {
    const args = { needMap: 1, needOnline: 1, flags: 0 };
    const { cpumap, online, ret } = await connection.call('nodeGetCpuMap', args);
    const bit = (cpu: number) => ((cpumap[cpu >> 3] ?? 0) & (1 << (cpu & 7))) !== 0;
    const map = Array.from({ length: ret }, (_, cpu) => (bit(cpu) ? 'y' : '-')).join('');
    return { 'CPUs present': `${ret}`, 'CPUs online': `${online}`, 'CPU map': map };
  },
  reads: pairs,
};

/** virsh's names of the CPU's times, which are summed up. */
const cpuTimes: Row = {
  name: 'what the CPUs have spent their time with',
  virsh: 'nodecpustats',
  ours: async ({ connection }) => {
    const all = { cpuNum: -1, flags: 0 };
    const { nparams } = await connection.call('nodeGetCpuStats', { ...all, nparams: 0 });
    const { params } = await connection.call('nodeGetCpuStats', { ...all, nparams });
    return params.map(({ field }) => (field === 'kernel' ? 'system' : field)).toSorted();
  },
  reads: (stdout) => Object.keys(pairs(stdout)).toSorted(),
};

/** A host as the test driver makes it up. */
export const host: Area = {
  name: 'a host',
  driver: 'test',
  once: ['define twin.xml'],
  last: ['undefine twin'],
  rows: [
    { name: 'its name', virsh: 'hostname', ours: (h) => h.host.hostname(), reads: text },
    version,
    {
      name: 'what was opened',
      virsh: 'uri',
      ours: (h) => h.host.uri(),
      reads: (stdout) => stdout.replace('+unix', '').replace(/\?.*/, ''),
    },
    { name: 'capabilities', virsh: 'capabilities', ours: (h) => h.host.capabilitiesXml(), reads: text },
    {
      name: 'CPUs and memory',
      virsh: 'nodeinfo',
      ours: async (h) => printedNode(await h.host.nodeInfo()),
      reads: pairs,
    },
    {
      name: 'free memory of each NUMA cell',
      virsh: 'freecell --all',
      ours: async (h) => (await h.host.cellsFreeMemoryBytes()).map(kibibytes),
      reads: (stdout) => Object.values(pairs(stdout)),
    },
    {
      name: 'free memory',
      virsh: 'freecell',
      ours: async (h) => ({ Total: kibibytes(await h.host.freeMemoryBytes()) }),
      reads: pairs,
    },
    {
      name: 'how many vCPUs a domain may have',
      virsh: 'maxvcpus test',
      ours: async ({ connection }) =>
        `${(await connection.call('connectGetMaxVcpus', { type: 'test' })).maxVcpus}`,
      reads: (stdout) => stdout.trim(),
    },
    {
      name: 'CPU models of an architecture',
      virsh: 'cpu-models x86_64',
      ours: async ({ connection }) => {
        const args = { arch: 'x86_64', needResults: 1, flags: 0 };
        return (await connection.call('connectGetCpuModelNames', args)).models;
      },
      reads: linesOf,
    },
    {
      name: 'what CPUs have in common',
      virsh: 'cpu-baseline cpus.xml',
      ours: async ({ connection }) => {
        return (await connection.call('connectBaselineCpu', { cpus, flags: 0 })).cpu;
      },
      reads: text,
    },
    cpuTimes,
    cpuMap,
    {
      name: 'what its firmware says of it',
      virsh: 'sysinfo',
      ours: async ({ connection }) => (await connection.call('connectGetSysinfo', { flags: 0 })).sysinfo,
      reads: text,
    },
    {
      name: 'all domains',
      virsh: 'list --all --uuid --name',
      ours: async (h) => (await h.listDomains()).map(({ uuid, name }) => `${uuid} ${name}`).toSorted(),
      reads: (stdout) =>
        linesOf(stdout)
          .map((line) => line.trim().split(/\s+/).join(' '))
          .toSorted(),
    },
    {
      name: 'running domains, by their ids',
      virsh: 'list --id',
      ours: async (h) => (await h.listDomains({ flags: 1 })).map(({ id }) => `${id}`),
      reads: names,
    },
    {
      name: 'a domain, by its name',
      virsh: 'domuuid twin',
      ours: async (h) => (await domainNamed(h, 'twin')).uuid,
      reads: text,
    },
    {
      name: 'a domain, by its id',
      virsh: 'domname 1',
      ours: async ({ connection }) => (await connection.call('domainLookupById', { id: 1 })).dom.name,
      reads: text,
    },
    {
      name: 'the id of a running domain',
      virsh: 'domid test',
      ours: async (h) => `${(await domainNamed(h, 'test')).id}`,
      reads: text,
    },
    {
      name: 'a device of the host',
      virsh: 'nodedev-dumpxml computer',
      ours: async ({ connection }) =>
        (await connection.call('nodeDeviceGetXmlDesc', { name: 'computer', flags: 0 })).xml,
      reads: text,
    },
    {
      name: 'network interfaces of the host',
      virsh: 'iface-list --all',
      ours: async ({ connection }) =>
        (await connection.call('connectListAllInterfaces', { needResults: 1, flags: 0 })).ifaces.map(
          ({ name }) => name,
        ),
      reads: column(0),
    },
    {
      name: 'a network interface of the host',
      virsh: 'iface-dumpxml eth1',
      ours: async ({ connection }) => {
        const { iface } = await connection.call('interfaceLookupByName', { name: 'eth1' });
        return (await connection.call('interfaceGetXmlDesc', { iface, flags: 0 })).xml;
      },
      reads: text,
    },
    {
      name: 'the hardware address of an interface',
      virsh: 'iface-mac eth1',
      ours: async ({ connection }) =>
        (await connection.call('interfaceLookupByName', { name: 'eth1' })).iface.mac,
      reads: text,
    },
  ],
};
