import { Affect, MemoryFlag, VcpuFlag } from 'node-libvirt';
import { domainLooks } from '../looks.ts';
import type { Area } from '../row.ts';
import { domain, ofTwin } from '../untyped.ts';

const uri = 'https://example.com/own';
const mebibyte = 2 ** 20;
const config = { flags: Affect.Config };
const live = { flags: Affect.Live };

/** Changes of a running domain of the test driver, or of its next start. */
export const changes: Area = {
  name: 'changes of a domain',
  driver: 'test',
  each: ['define twin.xml', 'start twin'],
  tidy: ['destroy twin', 'undefine twin'],
  looks: domainLooks,
  rows: [
    {
      name: 'number of vCPUs',
      virsh: 'setvcpus twin 3 --live',
      ours: async (h) => (await domain(h)).setVcpus(3, live),
    },
    {
      name: 'number of vCPUs at the next start',
      virsh: 'setvcpus twin 4 --config',
      ours: async (h) => (await domain(h)).setVcpus(4, config),
    },
    {
      name: 'greatest number of vCPUs',
      virsh: 'setvcpus twin 6 --config --maximum',
      ours: async (h) => (await domain(h)).setVcpus(6, { flags: Affect.Config | VcpuFlag.Maximum }),
    },
    {
      name: 'memory',
      virsh: 'setmem twin 32M --live',
      ours: async (h) => (await domain(h)).setMemory(32 * mebibyte, live),
    },
    {
      name: 'memory at the next start',
      virsh: 'setmem twin 48M --config',
      ours: async (h) => (await domain(h)).setMemory(48 * mebibyte, config),
    },
    {
      name: 'greatest memory',
      virsh: 'setmaxmem twin 256M --config',
      ours: async (h) =>
        (await domain(h)).setMemory(256 * mebibyte, { flags: Affect.Config | MemoryFlag.Maximum }),
    },
    {
      name: 'own metadata',
      virsh: `metadata twin ${uri} --key own --set "<owner id='7'>Zoë</owner>"`,
      ours: async (h) =>
        (await domain(h)).setMetadata({ uri, prefix: 'own', xml: "<owner id='7'>Zoë</owner>" }),
    },
    {
      name: 'own metadata at the next start',
      virsh: `metadata twin ${uri} --key own --set "<owner/>" --config`,
      ours: async (h) => (await domain(h)).setMetadata({ uri, prefix: 'own', xml: '<owner/>' }, config),
    },
    {
      name: 'own metadata no more',
      given: [`metadata twin ${uri} --key own --set "<owner/>"`],
      virsh: `metadata twin ${uri} --remove`,
      ours: async (h) => (await domain(h)).setMetadata({ uri, prefix: '', xml: null }),
    },
    {
      name: 'description',
      virsh: 'desc twin --config "runs the mail"',
      ours: (h) =>
        ofTwin(h, 'domainSetMetadata', {
          ...{ type: 0, metadata: 'runs the mail', key: null, uri: null },
          ...config,
        }),
    },
    {
      name: 'title',
      virsh: 'desc twin --live --title Post',
      ours: (h) =>
        ofTwin(h, 'domainSetMetadata', { type: 1, metadata: 'Post', key: null, uri: null, ...live }),
    },
    {
      name: 'where a vCPU runs',
      virsh: 'vcpupin twin 1 0,2',
      ours: (h) => ofTwin(h, 'domainPinVcpuFlags', { vcpu: 1, cpumap: Buffer.of(0b101), flags: 0 }),
    },
    {
      name: 'where its other threads run',
      virsh: 'emulatorpin twin 1-2 --config',
      ours: (h) => ofTwin(h, 'domainPinEmulator', { cpumap: Buffer.of(0b110), ...config }),
    },
    {
      name: 'another thread for disks',
      virsh: 'iothreadadd twin 2 --live',
      ours: (h) => ofTwin(h, 'domainAddIothread', { iothreadId: 2, ...live }),
    },
    {
      name: 'where a thread for disks runs',
      virsh: 'iothreadpin twin 1 3 --live',
      ours: (h) => ofTwin(h, 'domainPinIothread', { iothreadsId: 1, cpumap: Buffer.of(0b1000), ...live }),
    },
    {
      name: 'a thread for disks less',
      virsh: 'iothreaddel twin 1 --config',
      ours: (h) => ofTwin(h, 'domainDelIothread', { iothreadId: 1, ...config }),
    },
    {
      name: 'limit of memory',
      virsh: 'memtune twin --hard-limit 65536 --config',
      ours: (h) =>
        ofTwin(h, 'domainSetMemoryParameters', {
          params: [{ field: 'hard_limit', type: 'ullong', value: 65_536n }],
          ...config,
        }),
    },
    {
      name: 'weight of its disks',
      virsh: 'blkiotune twin --weight 500 --config',
      ours: (h) =>
        ofTwin(h, 'domainSetBlkioParameters', {
          params: [{ field: 'weight', type: 'uint', value: 500 }],
          ...config,
        }),
    },
    {
      name: 'limit of a card',
      virsh: 'domiftune twin twin0 --inbound 100,200,300 --live',
      ours: (h) =>
        ofTwin(h, 'domainSetInterfaceParameters', {
          device: 'twin0',
          params: [
            { field: 'inbound.average', type: 'uint', value: 100 },
            { field: 'inbound.peak', type: 'uint', value: 200 },
            { field: 'inbound.burst', type: 'uint', value: 300 },
          ],
          ...live,
        }),
    },
    {
      name: 'its place among NUMA nodes',
      virsh: 'numatune twin --mode preferred --nodeset 0 --config',
      ours: (h) =>
        ofTwin(h, 'domainSetNumaParameters', {
          params: [
            { field: 'numa_mode', type: 'int', value: 1 },
            { field: 'numa_nodeset', type: 'string', value: '0' },
          ],
          ...config,
        }),
    },
    {
      name: 'a performance event that is counted',
      virsh: 'perf twin --enable cpu_cycles --config',
      ours: (h) =>
        ofTwin(h, 'domainSetPerfEvents', {
          params: [{ field: 'cpu_cycles', type: 'boolean', value: true }],
          ...config,
        }),
    },
    {
      name: 'its clock',
      virsh: 'domtime twin --time 1000',
      ours: (h) => ofTwin(h, 'domainSetTime', { seconds: 1000n, nseconds: 0, flags: 0 }),
      traceless: true,
    },
    {
      name: 'a password in it',
      virsh: 'set-user-password twin zoë secret',
      ours: (h) => ofTwin(h, 'domainSetUserPassword', { user: 'zoë', password: 'secret', flags: 0 }),
      traceless: true,
    },
    {
      name: 'its file systems stand still',
      virsh: 'domfsfreeze twin /',
      ours: (h) => ofTwin(h, 'domainFsfreeze', { mountpoints: ['/'], flags: 0 }),
      traceless: true,
    },
    {
      name: 'its file systems go on',
      given: ['domfsfreeze twin'],
      virsh: 'domfsthaw twin',
      ours: (h) => ofTwin(h, 'domainFsthaw', { mountpoints: [], flags: 0 }),
      traceless: true,
    },
    {
      name: 'what its file systems do not use',
      virsh: 'domfstrim twin',
      ours: (h) => ofTwin(h, 'domainFstrim', { mountPoint: null, minimum: 0n, flags: 0 }),
      traceless: true,
    },
  ],
};
