import { Affect } from 'node-libvirt';
import { files, imageFolder } from '../files.ts';
import { domainLooks } from '../looks.ts';
import type { Area } from '../row.ts';
import { domain, domainNamed, ofTwin } from '../untyped.ts';

const config = { flags: Affect.Config };
const live = { flags: Affect.Live };
const agentCommand = '{"execute":"guest-ping"}';

/** What QEMU's driver refuses to do to a definition. */
export const qemuConfigErrors: Area = {
  name: 'errors about the definition of a QEMU guest',
  driver: 'qemu',
  once: ['define guest.xml'],
  last: ['undefine twin'],
  looks: domainLooks,
  rows: [
    {
      name: 'start without its disk',
      virsh: 'start twin',
      ours: async (h) => (await domain(h)).create(),
      fails: 'SYSTEM_ERROR',
    },
    {
      name: 'define a guest with a name in use',
      virsh: 'define namesake-guest.xml',
      ours: (h) => h.defineXml(files['namesake-guest.xml']),
      fails: 'OPERATION_FAILED',
    },
    {
      name: 'a disk with a target in use',
      virsh: 'attach-device twin same-disk.xml --config',
      ours: async (h) => (await domain(h)).attachDevice(files['same-disk.xml'], config),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'detach a disk that is not there',
      virsh: 'detach-device twin disk.xml --config',
      ours: async (h) => (await domain(h)).detachDevice(files['disk.xml'], config),
      fails: 'DEVICE_MISSING',
    },
    {
      name: 'detach an alias that is not there',
      virsh: 'detach-device-alias twin ua-none --config',
      ours: (h) => ofTwin(h, 'domainDetachDeviceAlias', { alias: 'ua-none', ...config }),
      fails: 'INTERNAL_ERROR',
    },
    {
      name: 'attach what is no XML',
      virsh: 'attach-device twin no-xml.xml --config',
      ours: async (h) => (await domain(h)).attachDevice(files['no-xml.xml'], config),
      fails: 'XML_DETAIL',
    },
    {
      name: 'limits of a disk that exclude each other',
      virsh: 'blkdeviotune twin vda --total-iops-sec 10 --read-iops-sec 5 --config',
      ours: (h) =>
        ofTwin(h, 'domainSetBlockIoTune', {
          disk: 'vda',
          params: [
            { field: 'total_iops_sec', type: 'ullong', value: 10n },
            { field: 'read_iops_sec', type: 'ullong', value: 5n },
          ],
          ...config,
        }),
      fails: 'INVALID_ARG',
    },
  ],
};

/** What a guest refuses that runs, without an agent, without limits by the host, and without a screen. */
export const qemuLiveErrors: Area = {
  name: 'errors about a guest in QEMU',
  driver: 'qemu',
  once: [
    `pool-create-as images dir --target ${imageFolder}`,
    ...['vol-create-as images twin.qcow2 1M --format qcow2', 'vol-create-as images extra.img 1M'],
    ...['define guest.xml', 'start twin'],
  ],
  last: [
    ...['destroy twin', 'undefine twin', 'vol-delete twin.qcow2 --pool images'],
    ...['vol-delete extra.img --pool images', 'pool-destroy images'],
  ],
  looks: domainLooks,
  rows: [
    {
      name: 'start a guest that runs',
      virsh: 'create guest.xml',
      ours: (h) => h.createXml(files['guest.xml']),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'resume a guest that runs',
      virsh: 'resume twin',
      ours: async (h) => (await domain(h)).resume(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'a command to an agent that is not there',
      virsh: `qemu-agent-command twin '${agentCommand}'`,
      ours: async (h) => (await domain(h)).agentCommand(JSON.parse(agentCommand) as object),
      fails: 'AGENT_UNRESPONSIVE',
    },
    {
      name: 'addresses by an agent that is not there',
      virsh: 'domifaddr twin --source agent',
      ours: async (h) => (await domain(h)).interfaceAddresses('agent'),
      fails: 'AGENT_UNRESPONSIVE',
    },
    {
      name: 'shutdown by an agent that is not there',
      virsh: 'shutdown twin --mode agent',
      ours: async (h) => (await domain(h)).shutdown({ mode: 'agent' }),
      fails: 'AGENT_UNRESPONSIVE',
    },
    {
      name: 'file systems by an agent that is not there',
      virsh: 'domfsinfo twin',
      ours: (h) => ofTwin(h, 'domainGetFsinfo', { flags: 0 }),
      fails: 'AGENT_UNRESPONSIVE',
    },
    {
      name: 'the clock by an agent that is not there',
      virsh: 'domtime twin',
      ours: (h) => ofTwin(h, 'domainGetTime', { flags: 0 }),
      fails: 'AGENT_UNRESPONSIVE',
    },
    {
      name: 'all about a guest by an agent that is not there',
      virsh: 'guestinfo twin',
      ours: (h) => ofTwin(h, 'domainGetGuestInfo', { types: 0, flags: 0 }),
      fails: 'AGENT_UNRESPONSIVE',
    },
    {
      name: 'plug in a disk with a target in use',
      virsh: 'attach-device twin same-disk.xml --live',
      ours: async (h) => (await domain(h)).attachDevice(files['same-disk.xml'], live),
      fails: 'XML_ERROR',
    },
    {
      name: 'unplug a card that is not there',
      virsh: 'detach-device twin card.xml --live',
      ours: async (h) => (await domain(h)).detachDevice(files['card.xml'], live),
      fails: 'DEVICE_MISSING',
    },
    {
      name: 'limits of memory that the host does not keep',
      virsh: 'memtune twin --hard-limit 65536 --live',
      ours: (h) =>
        ofTwin(h, 'domainSetMemoryParameters', {
          params: [{ field: 'hard_limit', type: 'ullong', value: 65_536n }],
          ...live,
        }),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'CPU times that the host does not keep',
      virsh: 'cpu-stats twin --total',
      ours: (h) => ofTwin(h, 'domainGetCpuStats', { nparams: 0, startCpu: -1, ncpus: 1, flags: 0 }),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'a picture without a screen',
      virsh: 'screenshot twin nothing.png',
      ours: async (h) => {
        const dom = await domainNamed(h, 'twin');
        return h.connection.openStream('domainScreenshot', { dom, screen: 0, flags: 0 });
      },
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'end a job where there is none',
      virsh: 'domjobabort twin',
      ours: async (h) => (await domain(h)).abortJob(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'end a job on a disk that has none',
      virsh: 'blockjob twin vda --abort',
      ours: async (h) => (await domain(h)).disk('vda').abortJob(),
      fails: 'INVALID_ARG',
    },
    {
      name: 'a checkpoint in a format that holds none',
      virsh: 'checkpoint-create twin checkpoint.xml',
      ours: (h) => ofTwin(h, 'domainCheckpointCreateXml', { xmlDesc: files['checkpoint.xml'], flags: 0 }),
      fails: 'INTERNAL_ERROR',
    },
    {
      name: 'wake up a guest that does not sleep',
      virsh: 'dompmwakeup twin',
      ours: (h) => ofTwin(h, 'domainPmWakeup', { flags: 0 }),
      fails: 'INTERNAL_ERROR',
    },
  ],
};
