import { Affect, MemoryFlag } from 'node-libvirt';
import { files } from '../files.ts';
import { domainLooks } from '../looks.ts';
import type { Area } from '../row.ts';
import { domain, ofTwin } from '../untyped.ts';

const running = ['start twin'];
const image = '/var/lib/libvirt/none.save';

/** What a domain of the test driver refuses in the state that it is in. */
export const stateErrors: Area = {
  name: 'what a domain refuses as it is',
  driver: 'test',
  each: ['define twin.xml'],
  tidy: ['destroy twin', 'undefine twin --snapshots-metadata'],
  looks: domainLooks,
  rows: [
    {
      name: 'destroy a stopped one',
      virsh: 'destroy twin',
      ours: async (h) => (await domain(h)).destroy(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'suspend a stopped one',
      virsh: 'suspend twin',
      ours: async (h) => (await domain(h)).suspend(),
      fails: 'INTERNAL_ERROR',
    },
    {
      name: 'resume a running one',
      given: running,
      virsh: 'resume twin',
      ours: async (h) => (await domain(h)).resume(),
      fails: 'INTERNAL_ERROR',
    },
    {
      name: 'shut a stopped one down',
      virsh: 'shutdown twin',
      ours: async (h) => (await domain(h)).shutdown(),
      fails: 'INTERNAL_ERROR',
    },
    {
      name: 'reboot a stopped one',
      virsh: 'reboot twin',
      ours: async (h) => (await domain(h)).reboot(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'reset a stopped one',
      virsh: 'reset twin',
      ours: async (h) => (await domain(h)).reset(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'create one that runs',
      given: running,
      virsh: 'create twin.xml',
      ours: (h) => h.createXml(files['twin.xml']),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'start paused, which the driver cannot',
      virsh: 'start twin --paused',
      ours: async (h) => (await domain(h)).create({ flags: 1 }),
      fails: 'INVALID_ARG',
    },
    {
      name: 'save a stopped one',
      virsh: `save twin ${image}`,
      ours: (h) => ofTwin(h, 'domainSaveFlags', { to: image, dxml: null, flags: 0 }),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'managed save of a stopped one',
      virsh: 'managedsave twin',
      ours: (h) => ofTwin(h, 'domainManagedSave', { flags: 0 }),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'restore what was never saved',
      virsh: `restore ${image}`,
      ours: ({ connection }) => connection.call('domainRestoreFlags', { from: image, dxml: null, flags: 0 }),
      fails: 'SYSTEM_ERROR',
    },
    {
      name: 'rename a running one',
      given: running,
      virsh: 'domrename twin renamed',
      ours: (h) => ofTwin(h, 'domainRename', { newName: 'renamed', flags: 0 }),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'rename to a name in use',
      virsh: 'domrename twin test',
      ours: (h) => ofTwin(h, 'domainRename', { newName: 'test', flags: 0 }),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'undefine one that has snapshots',
      given: ['snapshot-create twin snapshot.xml'],
      virsh: 'undefine twin',
      ours: async (h) => (await domain(h)).undefine(),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'change a stopped one as if it ran',
      virsh: 'setvcpus twin 3 --live',
      ours: async (h) => (await domain(h)).setVcpus(3, { flags: Affect.Live }),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'more vCPUs than its maximum',
      virsh: 'setvcpus twin 5 --config',
      ours: async (h) => (await domain(h)).setVcpus(5, { flags: Affect.Config }),
      fails: 'INVALID_ARG',
    },
    {
      name: 'more memory than its maximum',
      given: running,
      virsh: 'setmem twin 512M --live',
      ours: async (h) => (await domain(h)).setMemory(512 * 2 ** 20, { flags: Affect.Live }),
      fails: 'INVALID_ARG',
    },
    {
      name: 'another maximum of memory while it runs',
      given: running,
      virsh: 'setmaxmem twin 512M --live',
      ours: async (h) =>
        (await domain(h)).setMemory(512 * 2 ** 20, { flags: Affect.Live | MemoryFlag.Maximum }),
      fails: 'OPERATION_INVALID',
    },
    {
      name: 'a second snapshot of one name',
      given: ['snapshot-create twin snapshot.xml'],
      virsh: 'snapshot-create twin snapshot.xml',
      ours: async (h) => (await domain(h)).snapshots.create(files['snapshot.xml']),
      fails: 'OPERATION_FAILED',
    },
  ],
};
