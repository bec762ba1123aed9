import { files, secretUuid } from '../files.ts';
import { networkLooks, poolLooks } from '../looks.ts';
import type { Area } from '../row.ts';
import { ofNetwork, ofSecret } from '../untyped.ts';

const lan = ofNetwork('lan');

export const networkErrors: Area = {
  name: 'errors about networks',
  driver: 'test',
  each: ['net-define network.xml'],
  tidy: ['net-destroy lan', 'net-undefine lan'],
  looks: networkLooks,
  rows: [
    {
      name: 'no network of a name',
      virsh: 'net-dumpxml nothing',
      ours: (h) => ofNetwork('nothing')(h, 'networkGetXmlDesc', { flags: 0 }),
      fails: 'NO_NETWORK',
    },
    {
      name: 'start a network that runs',
      given: ['net-start lan'],
      virsh: 'net-start lan',
      ours: (h) => lan(h, 'networkCreate', {}),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'define a network with a name in use',
      virsh: 'net-define namesake-network.xml',
      ours: ({ connection }) =>
        connection.call('networkDefineXmlFlags', { xml: files['namesake-network.xml'], flags: 0 }),
      fails: 'OPERATION_FAILED',
    },
    {
      name: 'define a network by what is no XML',
      virsh: 'net-define no-xml.xml',
      ours: ({ connection }) =>
        connection.call('networkDefineXmlFlags', { xml: files['no-xml.xml'], flags: 0 }),
      fails: 'XML_DETAIL',
    },
    {
      name: 'leases, which the driver does not know',
      virsh: 'net-dhcp-leases lan',
      ours: (h) => lan(h, 'networkGetDhcpLeases', { mac: null, needResults: 1, flags: 0 }),
      fails: 'NO_SUPPORT',
    },
    {
      name: 'no device of a name',
      virsh: 'nodedev-dumpxml nothing',
      ours: ({ connection }) => connection.call('nodeDeviceLookupByName', { name: 'nothing' }),
      fails: 'NO_NODE_DEVICE',
    },
    {
      name: 'no interface of a name',
      virsh: 'iface-dumpxml nothing',
      ours: ({ connection }) => connection.call('interfaceLookupByName', { name: 'nothing' }),
      fails: 'NO_INTERFACE',
    },
  ],
};

export const storageErrors: Area = {
  name: 'errors about storage',
  driver: 'test',
  each: ['pool-define pool.xml'],
  tidy: ['vol-delete one.img --pool disks', 'pool-destroy disks', 'pool-undefine disks'],
  looks: poolLooks,
  rows: [
    {
      name: 'no pool of a name',
      virsh: 'pool-dumpxml nothing',
      ours: (h) => h.storagePool('nothing'),
      fails: 'NO_STORAGE_POOL',
    },
    {
      name: 'start a pool that runs',
      given: ['pool-start disks'],
      virsh: 'pool-start disks',
      ours: async (h) => (await h.storagePool('disks')).create(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'stop a pool that does not run',
      virsh: 'pool-destroy disks',
      ours: async (h) => (await h.storagePool('disks')).destroy(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'undefine a pool that runs',
      given: ['pool-start disks'],
      virsh: 'pool-undefine disks',
      ours: async (h) => (await h.storagePool('disks')).undefine(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'define a pool with a name in use',
      virsh: 'pool-define namesake-pool.xml',
      ours: (h) => h.defineStoragePool(files['namesake-pool.xml']),
      fails: 'OPERATION_FAILED',
    },
    {
      name: 'look into a pool that does not run',
      virsh: 'pool-refresh disks',
      ours: async (h) => (await h.storagePool('disks')).refresh(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'make a volume in a pool that does not run',
      virsh: 'vol-create disks volume.xml',
      ours: async (h) => (await h.storagePool('disks')).createVolume(files['volume.xml']),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'make a volume that is there',
      given: ['pool-start disks', 'vol-create disks volume.xml'],
      virsh: 'vol-create disks volume.xml',
      ours: async (h) => (await h.storagePool('disks')).createVolume(files['volume.xml']),
      fails: 'OPERATION_FAILED',
    },
    {
      name: 'grow a volume, which the driver cannot',
      given: ['pool-start disks', 'vol-create disks volume.xml'],
      virsh: 'vol-resize one.img 2M --pool disks',
      ours: async (h) => (await (await h.storagePool('disks')).volume('one.img')).resize(2n * 2n ** 20n),
      fails: 'NO_SUPPORT',
    },
    {
      name: 'no volume of a path',
      virsh: 'vol-path /nothing.img',
      ours: ({ connection }) => connection.call('storageVolLookupByPath', { path: '/nothing.img' }),
      fails: 'NO_STORAGE_VOL',
    },
  ],
};

export const secretErrors: Area = {
  name: 'errors about secrets',
  driver: 'qemu',
  each: ['secret-define private.xml'],
  tidy: [`secret-undefine ${secretUuid}`],
  rows: [
    {
      name: 'no secret of a uuid',
      given: [`secret-undefine ${secretUuid}`],
      virsh: `secret-dumpxml ${secretUuid}`,
      ours: (h) => ofSecret(secretUuid)(h, 'secretGetXmlDesc', { flags: 0 }),
      fails: 'NO_SECRET',
    },
    {
      name: 'a secret that has no value',
      given: [`secret-undefine ${secretUuid}`, 'secret-define secret.xml'],
      virsh: `secret-get-value ${secretUuid}`,
      ours: (h) => ofSecret(secretUuid)(h, 'secretGetValue', { flags: 0 }),
      fails: 'NO_SECRET',
    },
    {
      name: 'the value of a private secret',
      given: [`secret-set-value ${secretUuid} --file value.txt`],
      virsh: `secret-get-value ${secretUuid}`,
      ours: (h) => ofSecret(secretUuid)(h, 'secretGetValue', { flags: 0 }),
      fails: 'INVALID_SECRET',
    },
  ],
};
