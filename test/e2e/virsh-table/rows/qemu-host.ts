import { cpus, files } from '../files.ts';
import { names, pairs, text } from '../readings.ts';
import type { Area } from '../row.ts';
import { printed } from '../untyped.ts';

const anyMachine = { emulator: null, arch: null, machine: null, virtType: 'qemu' };

/** virsh's words for how a CPU compares, by libvirt's number. */
const comparisons = ['incompatible', 'identical', 'superset'];
const comparison = (stdout: string) =>
  ['is incompatible with', 'is identical to', 'is a superset of'].findIndex((words) =>
    stdout.includes(words),
  );

/** A machine on which QEMU emulates guests. */
export const qemuHost: Area = {
  name: 'a host of QEMU guests',
  driver: 'qemu',
  rows: [
    {
      name: 'its capabilities',
      virsh: 'capabilities',
      ours: (h) => h.host.capabilitiesXml(),
      reads: text,
    },
    {
      name: 'what a guest may have',
      virsh: 'domcapabilities --virttype qemu',
      ours: (h) => h.host.domainCapabilitiesXml({ virtType: 'qemu' }),
      reads: text,
    },
    {
      name: 'what a guest of a machine type may have',
      virsh: 'domcapabilities --virttype qemu --arch x86_64 --machine q35',
      ours: (h) => h.host.domainCapabilitiesXml({ virtType: 'qemu', arch: 'x86_64', machine: 'q35' }),
      reads: text,
    },
    {
      name: 'whether the hypervisor can do a CPU',
      virsh: 'hypervisor-cpu-compare cpu.xml --virttype qemu',
      ours: async ({ connection }) => {
        const args = { ...anyMachine, xml: files['cpu.xml'], flags: 0 };
        const { result } = await connection.call('connectCompareHypervisorCpu', args);
        return comparisons[result];
      },
      reads: (stdout) => comparisons[comparison(stdout)],
    },
    {
      name: 'the CPU that the hypervisor can do of those given',
      virsh: 'hypervisor-cpu-baseline cpus.xml --virttype qemu',
      ours: async ({ connection }) => {
        const args = { ...anyMachine, cpus, flags: 0 };
        return (await connection.call('connectBaselineHypervisorCpu', args)).cpu;
      },
      reads: text,
    },
    {
      name: 'what its memory is used for',
      virsh: 'nodememstats',
      ours: async ({ connection }) => {
        const all = { cellNum: -1, flags: 0 };
        const { nparams } = await connection.call('nodeGetMemoryStats', { ...all, nparams: 0 });
        const { params } = await connection.call('nodeGetMemoryStats', { ...all, nparams });
        return params.map(({ field }) => field).toSorted();
      },
      reads: (stdout) => Object.keys(pairs(stdout)).toSorted(),
    },
    {
      name: 'how it shares equal pages',
      virsh: 'node-memory-tune',
      ours: async ({ connection }) => {
        const { nparams } = await connection.call('nodeGetMemoryParameters', { nparams: 0, flags: 0 });
        const { params } = await connection.call('nodeGetMemoryParameters', { nparams, flags: 0 });
        return Object.keys(printed(params)).toSorted();
      },
      reads: (stdout) => Object.keys(pairs(stdout.replace(/^Shared.*$/m, ''))).toSorted(),
    },
    {
      name: 'kinds of storage pools',
      virsh: 'pool-capabilities',
      ours: async ({ connection }) =>
        (await connection.call('connectGetStoragePoolCapabilities', { flags: 0 })).capabilities,
      reads: text,
    },
    {
      name: 'the command line of a guest',
      virsh: 'domxml-to-native qemu-argv guest.xml',
      ours: async ({ connection }) => {
        const args = { nativeFormat: 'qemu-argv', domainXml: files['guest.xml'], flags: 0 };
        return (await connection.call('connectDomainXmlToNative', args)).nativeConfig;
      },
      reads: text,
    },
    {
      name: 'devices of one kind',
      virsh: 'nodedev-list --cap system',
      ours: async ({ connection }) => {
        const active = 2 ** 31;
        const system = 1;
        const args = { needResults: 1, flags: active + system };
        const { devices } = await connection.call('connectListAllNodeDevices', args);
        return devices.map(({ name }) => name).toSorted();
      },
      reads: names,
    },
  ],
};
