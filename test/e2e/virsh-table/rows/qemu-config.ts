import { Affect } from 'node-libvirt';
import { files } from '../files.ts';
import { domainLooks } from '../looks.ts';
import type { Area } from '../row.ts';
import { domain, ofTwin } from '../untyped.ts';

const config = { flags: Affect.Config };

/** What a QEMU guest has at its next start. */
export const qemuConfig: Area = {
  name: 'the definition of a QEMU guest',
  driver: 'qemu',
  each: ['define guest.xml'],
  tidy: ['undefine twin'],
  looks: domainLooks,
  rows: [
    {
      name: 'define with its defaults filled in',
      given: ['undefine twin'],
      virsh: 'define guest.xml',
      ours: (h) => h.defineXml(files['guest.xml']),
    },
    {
      name: 'attach a disk',
      virsh: 'attach-device twin disk.xml --config',
      ours: async (h) => (await domain(h)).attachDevice(files['disk.xml'], config),
    },
    {
      name: 'attach a card',
      virsh: 'attach-device twin card.xml --config',
      ours: async (h) => (await domain(h)).attachDevice(files['card.xml'], config),
    },
    {
      name: 'detach a card',
      given: ['attach-device twin card.xml --config'],
      virsh: 'detach-device twin card.xml --config',
      ours: async (h) => (await domain(h)).detachDevice(files['card.xml'], config),
    },
    {
      name: 'detach a card by its alias',
      virsh: 'detach-device-alias twin ua-card --config',
      ours: (h) => ofTwin(h, 'domainDetachDeviceAlias', { alias: 'ua-card', ...config }),
    },
    {
      name: 'put a medium in',
      virsh: 'update-device twin medium.xml --config',
      ours: async (h) => (await domain(h)).updateDevice(files['medium.xml'], config),
    },
    {
      name: 'limit of a disk of QEMU',
      virsh: 'blkdeviotune twin vda --read-bytes-sec 1000000 --config',
      ours: (h) =>
        ofTwin(h, 'domainSetBlockIoTune', {
          disk: 'vda',
          params: [{ field: 'read_bytes_sec', type: 'ullong', value: 1_000_000n }],
          ...config,
        }),
    },
    {
      name: 'share of the CPUs',
      virsh: 'schedinfo twin --config --set cpu_shares=512',
      ours: (h) =>
        ofTwin(h, 'domainSetSchedulerParametersFlags', {
          params: [{ field: 'cpu_shares', type: 'ullong', value: 512n }],
          ...config,
        }),
    },
  ],
};
