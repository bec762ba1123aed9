import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HypervisorConnection, StorageVolume } from 'node-libvirt';
import { files, imageFolder } from '../files.ts';
import { pairs, text } from '../readings.ts';
import type { Area, Look } from '../row.ts';
import { contentOf } from '../untyped.ts';

const pool = (h: HypervisorConnection) => h.storagePool('disks');
const one = async (h: HypervisorConnection) => (await pool(h)).volume('one.img');
const upload = 'vol-upload one.img content.txt --pool disks';

const xmlOf = (name: string): Look => ({
  virsh: `vol-dumpxml ${name} --pool disks`,
  ours: async (h) => (await (await pool(h)).volume(name)).xml(),
  reads: text,
});

async function write(volume: StorageVolume, content: string): Promise<void> {
  await pipeline(Readable.from([Buffer.from(content)]), await volume.upload());
}

/** Volumes that are files of the host. */
export const volumes: Area = {
  name: 'storage volumes',
  driver: 'qemu',
  once: ['pool-define images.xml', 'pool-build disks', 'pool-start disks'],
  last: ['pool-destroy disks', 'pool-undefine disks'],
  each: ['vol-create disks volume.xml'],
  tidy: ['one.img', 'copy.img', 'one.qcow2'].map((name) => `vol-delete ${name} --pool disks`),
  looks: [xmlOf('one.img'), xmlOf('copy.img'), xmlOf('one.qcow2')],
  rows: [
    {
      name: 'make a raw volume',
      given: ['vol-delete one.img --pool disks'],
      virsh: 'vol-create disks volume.xml',
      ours: async (h) => (await pool(h)).createVolume(files['volume.xml']),
    },
    {
      name: 'make a qcow2 volume',
      virsh: 'vol-create disks volume-qcow2.xml',
      ours: async (h) => (await pool(h)).createVolume(files['volume-qcow2.xml']),
    },
    {
      name: 'clone a volume',
      given: [upload],
      virsh: 'vol-create-from disks copy.xml one.img --inputpool disks',
      ours: async (h) => (await pool(h)).cloneVolume(files['copy.xml'], await one(h)),
    },
    {
      name: 'grow a volume',
      virsh: 'vol-resize one.img 2M --pool disks',
      ours: async (h) => (await one(h)).resize(2n * 2n ** 20n),
    },
    {
      name: 'shrink a volume',
      given: ['vol-delete one.img --pool disks', 'vol-create-as disks one.img 1M --allocation 0'],
      virsh: 'vol-resize one.img 512K --pool disks --shrink',
      ours: async (h) => (await one(h)).resize(2n ** 19n, { flags: 4 }),
    },
    {
      name: 'delete a volume',
      virsh: 'vol-delete one.img --pool disks',
      ours: async (h) => (await one(h)).delete(),
    },
    {
      name: 'download a volume',
      given: [upload],
      virsh: 'vol-download one.img downloaded --pool disks',
      writes: 'downloaded',
      ours: async (h) => contentOf(await (await one(h)).download()),
    },
    {
      name: 'download a part of a volume',
      given: [upload],
      virsh: 'vol-download one.img part --pool disks --offset 7 --length 1000',
      writes: 'part',
      ours: async (h) => contentOf(await (await one(h)).download({ offset: 7n, length: 1000n })),
    },
    {
      name: 'upload a volume',
      virsh: `${upload}; vol-download one.img uploaded --pool disks`,
      writes: 'uploaded',
      ours: async (h) => {
        await write(await one(h), files['content.txt']);
        return contentOf(await (await one(h)).download());
      },
    },
    {
      name: 'wipe a volume',
      given: [upload],
      virsh: 'vol-wipe one.img --pool disks; vol-download one.img wiped --pool disks',
      writes: 'wiped',
      ours: async (h) => {
        const volume = await one(h);
        await h.connection.call('storageVolWipe', { vol: volume.reference, flags: 0 });
        return contentOf(await volume.download());
      },
    },
    {
      name: 'size of a volume',
      virsh: 'vol-info one.img --pool disks --bytes',
      ours: async (h) => {
        const { type, capacityBytes, allocationBytes } = await (await one(h)).info();
        const bytes = (count: bigint) => `${count} bytes`;
        return {
          Name: 'one.img',
          Type: type,
          Capacity: bytes(capacityBytes),
          Allocation: bytes(allocationBytes),
        };
      },
      reads: pairs,
    },
    {
      name: 'where a volume is',
      virsh: 'vol-path one.img --pool disks',
      ours: async (h) => (await one(h)).path(),
      reads: text,
    },
    {
      name: 'the key of a volume',
      virsh: 'vol-key one.img --pool disks',
      ours: async (h) => (await one(h)).reference.key,
      reads: text,
    },
    {
      name: 'a volume by its path',
      virsh: `vol-name ${imageFolder}/disks/one.img`,
      ours: async ({ connection }) => {
        const path = `${imageFolder}/disks/one.img`;
        return (await connection.call('storageVolLookupByPath', { path })).vol.name;
      },
      reads: text,
    },
    {
      name: 'the pool of a volume',
      virsh: `vol-pool ${imageFolder}/disks/one.img`,
      ours: async (h) => {
        const { reference: vol } = await one(h);
        return (await h.connection.call('storagePoolLookupByVolume', { vol })).pool.name;
      },
      reads: text,
    },
  ],
};
