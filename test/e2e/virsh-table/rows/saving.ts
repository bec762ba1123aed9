import { UndefineFlag } from 'node-libvirt';
import { domainLooks } from '../looks.ts';
import type { Area } from '../row.ts';
import { domain, ofTwin } from '../untyped.ts';

const image = '/var/lib/libvirt/twin.save';

/** A domain whose memory goes to a file. */
export const saving: Area = {
  name: 'saving a domain',
  driver: 'test',
  each: ['define twin.xml', 'start twin'],
  tidy: ['destroy twin', 'undefine twin --managed-save'],
  looks: domainLooks,
  rows: [
    {
      name: 'managed save',
      virsh: 'managedsave twin',
      ours: (h) => ofTwin(h, 'domainManagedSave', { flags: 0 }),
    },
    {
      name: 'start from a managed save',
      given: ['managedsave twin'],
      virsh: 'start twin',
      ours: async (h) => (await domain(h)).create(),
    },
    {
      name: 'forget a managed save',
      given: ['managedsave twin'],
      virsh: 'managedsave-remove twin',
      ours: (h) => ofTwin(h, 'domainManagedSaveRemove', { flags: 0 }),
    },
    {
      name: 'undefine together with a managed save',
      given: ['managedsave twin'],
      virsh: 'undefine twin --managed-save',
      ours: async (h) => (await domain(h)).undefine({ flags: UndefineFlag.ManagedSave }),
    },
    {
      name: 'save',
      virsh: `save twin ${image}`,
      ours: (h) => ofTwin(h, 'domainSaveFlags', { to: image, dxml: null, flags: 0 }),
    },
    {
      name: 'restore',
      given: [`save twin ${image}`],
      virsh: `restore ${image}`,
      ours: ({ connection }) => connection.call('domainRestoreFlags', { from: image, dxml: null, flags: 0 }),
    },
    {
      name: 'dump its memory and end it',
      virsh: 'dump twin /var/lib/libvirt/twin.core --crash',
      ours: (h) =>
        ofTwin(h, 'domainCoreDumpWithFormat', { to: '/var/lib/libvirt/twin.core', dumpformat: 0, flags: 1 }),
    },
  ],
};
