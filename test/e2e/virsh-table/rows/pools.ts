import type { HypervisorConnection } from 'node-libvirt';
import { files } from '../files.ts';
import { poolLooks } from '../looks.ts';
import { text } from '../readings.ts';
import type { Area } from '../row.ts';

const disks = (h: HypervisorConnection) => h.storagePool('disks');

/** Storage pools of the test driver, which keeps them in memory. */
export const pools: Area = {
  name: 'storage pools',
  driver: 'test',
  each: ['pool-define pool.xml'],
  tidy: ['pool-destroy disks', 'pool-undefine disks'],
  looks: poolLooks,
  rows: [
    {
      name: 'define a pool',
      given: ['pool-undefine disks'],
      virsh: 'pool-define pool.xml',
      ours: (h) => h.defineStoragePool(files['pool.xml']),
    },
    {
      name: 'define a pool anew',
      virsh: 'pool-define pool-elsewhere.xml',
      ours: (h) => h.defineStoragePool(files['pool-elsewhere.xml']),
    },
    {
      name: 'make a transient pool',
      given: ['pool-undefine disks'],
      virsh: 'pool-create pool.xml',
      ours: ({ connection }) => connection.call('storagePoolCreateXml', { xml: files['pool.xml'], flags: 0 }),
    },
    { name: 'start a pool', virsh: 'pool-start disks', ours: async (h) => (await disks(h)).create() },
    {
      name: 'stop a pool',
      given: ['pool-start disks'],
      virsh: 'pool-destroy disks',
      ours: async (h) => (await disks(h)).destroy(),
    },
    {
      name: 'undefine a pool',
      virsh: 'pool-undefine disks',
      ours: async (h) => (await disks(h)).undefine(),
    },
    {
      name: 'start a pool with the daemon',
      virsh: 'pool-autostart disks',
      ours: async (h) => (await disks(h)).setAutostart(true),
    },
    {
      name: 'no longer start a pool with the daemon',
      given: ['pool-autostart disks'],
      virsh: 'pool-autostart disks --disable',
      ours: async (h) => (await disks(h)).setAutostart(false),
    },
    {
      name: 'the uuid of a pool',
      virsh: 'pool-uuid disks',
      ours: async (h) => (await disks(h)).uuid,
      reads: text,
    },
  ],
};

/** A pool that is a folder of the host. */
export const folderPools: Area = {
  name: 'a storage pool in a folder',
  driver: 'qemu',
  once: ['pool-define images.xml'],
  last: ['pool-destroy disks', 'pool-undefine disks'],
  looks: poolLooks,
  rows: [
    {
      name: 'make the folder',
      virsh: 'pool-build disks; pool-start disks',
      ours: async (h) => {
        const pool = await disks(h);
        await pool.build();
        await pool.create();
      },
    },
    {
      name: 'look for volumes',
      virsh: 'pool-refresh disks',
      ours: async (h) => (await disks(h)).refresh(),
      traceless: true,
    },
    {
      name: 'delete the folder',
      given: ['pool-destroy disks'],
      virsh: 'pool-delete disks; pool-start disks',
      ours: async (h) => {
        const pool = await disks(h);
        await pool.delete();
        await pool.create();
      },
      fails: 'SYSTEM_ERROR',
    },
    {
      name: 'undefine a folder',
      virsh: 'pool-undefine disks',
      ours: async (h) => (await disks(h)).undefine(),
    },
  ],
};
