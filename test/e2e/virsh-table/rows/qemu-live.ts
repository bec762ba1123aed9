import { Affect, CreateFlag, JobType } from 'node-libvirt';
import { files, imageFolder } from '../files.ts';
import { domainLooks } from '../looks.ts';
import { cpuRanges, linesOf, pairs, rowsOf } from '../readings.ts';
import type { Area } from '../row.ts';
import { domain, ofTwin } from '../untyped.ts';

const live = { flags: Affect.Live };

/** A paused guest of QEMU, to which one row after another is done. */
export const qemuLive: Area = {
  name: 'a guest in QEMU',
  driver: 'qemu',
  once: [
    `pool-create-as images dir --target ${imageFolder}`,
    'vol-create-as images twin.qcow2 1M --format qcow2',
    'vol-create-as images extra.img 1M',
    'define guest.xml',
  ],
  last: [
    ...['undefine twin', 'vol-delete twin.qcow2 --pool images', 'vol-delete extra.img --pool images'],
    'pool-destroy images',
  ],
  looks: domainLooks,
  rows: [
    {
      name: 'start, paused',
      virsh: 'start twin --paused',
      ours: async (h) => (await domain(h)).create({ flags: CreateFlag.Paused }),
    },
    {
      name: 'plug a card in',
      virsh: 'attach-device twin card.xml --live',
      ours: async (h) => (await domain(h)).attachDevice(files['card.xml'], live),
    },
    {
      name: 'plug a disk in',
      virsh: 'attach-device twin disk.xml --live',
      ours: async (h) => (await domain(h)).attachDevice(files['disk.xml'], live),
    },
    {
      name: 'plug a vCPU in',
      virsh: 'setvcpus twin 2 --live',
      ours: async (h) => (await domain(h)).setVcpus(2, live),
    },
    {
      name: 'ask for memory back',
      virsh: 'setmem twin 24M --live',
      ours: async (h) => (await domain(h)).setMemory(24 * 2 ** 20, live),
      traceless: true,
    },
    {
      name: 'limit of a disk in use',
      virsh: 'blkdeviotune twin vda --write-iops-sec 50 --live',
      ours: (h) =>
        ofTwin(h, 'domainSetBlockIoTune', {
          disk: 'vda',
          params: [{ field: 'write_iops_sec', type: 'ullong', value: 50n }],
          ...live,
        }),
    },
    {
      name: 'how often the memory of a guest is measured',
      virsh: 'dommemstat twin --period 3 --live',
      ours: (h) => ofTwin(h, 'domainSetMemoryStatsPeriod', { period: 3, ...live }),
    },
    {
      name: 'a thread for disks more',
      virsh: 'iothreadadd twin 2 --live',
      ours: (h) => ofTwin(h, 'domainAddIothread', { iothreadId: 2, ...live }),
    },
    {
      name: 'where a thread runs',
      virsh: 'iothreadpin twin 2 0 --live',
      ours: (h) => ofTwin(h, 'domainPinIothread', { iothreadsId: 2, cpumap: Buffer.of(1), ...live }),
    },
    {
      name: 'a disk that grows',
      virsh: 'blockresize twin vda 2M; domblkinfo twin vda',
      ours: async (h) => {
        const disk = (await domain(h)).disk('vda');
        await disk.resize(2n * 2n ** 20n);
        return `${(await disk.info()).capacityBytes}`;
      },
      reads: (stdout) => pairs(stdout)['Capacity'],
    },
    {
      name: 'no job on a disk',
      virsh: 'blockjob twin vda --info',
      ours: async (h) => (await (await domain(h)).disk('vda').job()) ?? [],
      reads: rowsOf,
    },
    {
      name: 'no job at all',
      virsh: 'domjobinfo twin',
      ours: async (h) => [['Job', 'type:', JobType[(await ofTwin(h, 'domainGetJobInfo', {})).type]]],
      reads: rowsOf,
    },
    {
      name: 'a threshold of a disk',
      virsh: 'domblkthreshold twin vda 100000; domstats twin --block',
      ours: async (h) => {
        await ofTwin(h, 'domainSetBlockThreshold', { dev: 'vda', threshold: 100_000n, flags: 0 });
        const [record] = await h.domainStats({ uuids: [(await domain(h)).uuid], groups: 1 << 5 });
        return `${record?.stats.get('block.0.threshold')}`;
      },
      reads: (stdout) => pairs(stdout)['block.0.threshold'],
    },
    {
      name: 'statistics of all kinds',
      virsh: 'domstats twin',
      ours: async (h) => {
        const [record] = await h.domainStats();
        return [...(record?.stats.keys() ?? [])].toSorted();
      },
      reads: (stdout) => Object.keys(pairs(stdout.replace(/^Domain: .*$/m, ''))).toSorted(),
    },
    {
      name: 'statistics of a disk',
      virsh: 'domblkstat twin vda',
      ours: async (h) => {
        const { nparams } = await ofTwin(h, 'domainBlockStatsFlags', { path: 'vda', nparams: 0, flags: 0 });
        const { params } = await ofTwin(h, 'domainBlockStatsFlags', { path: 'vda', nparams, flags: 0 });
        return params.length;
      },
      reads: (stdout) => linesOf(stdout).length,
    },
    {
      name: 'where the threads of QEMU run',
      virsh: 'emulatorpin twin',
      ours: async (h) => {
        const { cpumaps } = await ofTwin(h, 'domainGetEmulatorPinInfo', { maplen: 1, flags: 0 });
        return [['*:', cpuRanges(cpumaps)]];
      },
      reads: (stdout) => [['*:', stdout.trim()]],
    },
    {
      name: 'how long its agent may take',
      virsh: 'guest-agent-timeout twin --timeout 5',
      ours: async (h) => (await domain(h)).setAgentResponseTimeout(5),
      traceless: true,
    },
    {
      name: 'reset a guest',
      virsh: 'reset twin',
      ours: async (h) => (await domain(h)).reset(),
      traceless: true,
    },
    { name: 'end a guest', virsh: 'destroy twin', ours: async (h) => (await domain(h)).destroy() },
  ],
};
