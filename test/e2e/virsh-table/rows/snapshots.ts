import type { HypervisorConnection } from 'node-libvirt';
import { files } from '../files.ts';
import { domainLooks } from '../looks.ts';
import { names, text } from '../readings.ts';
import type { Area, Look } from '../row.ts';
import { domain, ofTwin } from '../untyped.ts';

const snapshots = async (h: HypervisorConnection) => (await domain(h)).snapshots;
const first = 'snapshot-create twin snapshot.xml';
const second = 'snapshot-create twin second.xml';

const snapshotLooks: Look[] = [
  ...domainLooks,
  {
    virsh: 'snapshot-list twin --name',
    ours: async (h) => (await (await snapshots(h)).list()).map(({ name }) => name).toSorted(),
    reads: names,
  },
  {
    virsh: 'snapshot-current twin --name',
    ours: async (h) => (await (await snapshots(h)).current()).name,
    reads: text,
  },
  {
    virsh: 'snapshot-dumpxml twin first',
    ours: async (h) => (await (await snapshots(h)).get('first')).xml(),
    reads: text,
  },
];

/** Snapshots of a running domain of the test driver. */
export const snapshotRows: Area = {
  name: 'snapshots',
  driver: 'test',
  each: ['define twin.xml', 'start twin'],
  tidy: ['destroy twin', 'undefine twin --snapshots-metadata'],
  looks: snapshotLooks,
  rows: [
    {
      name: 'take a snapshot',
      virsh: first,
      ours: async (h) => (await snapshots(h)).create(files['snapshot.xml']),
    },
    {
      name: 'take a snapshot after another',
      given: [first],
      virsh: second,
      ours: async (h) => (await snapshots(h)).create(files['second.xml']),
    },
    {
      name: 'the snapshot before',
      given: [first, second],
      virsh: 'snapshot-parent twin second',
      ours: async (h) => (await (await (await snapshots(h)).get('second')).parent()).name,
      reads: text,
    },
    {
      name: 'the current snapshot',
      given: [first, second],
      virsh: 'snapshot-current twin',
      ours: async (h) => (await (await snapshots(h)).current()).xml(),
      reads: text,
    },
    {
      name: 'snapshots that come after one',
      given: [first, second],
      virsh: 'snapshot-list twin --from first --descendants --name',
      ours: async (h) => {
        const { snap } = await ofTwin(h, 'domainSnapshotLookupByName', { name: 'first', flags: 0 });
        const args = { snapshot: snap, needResults: 1, flags: 1 };
        const { snapshots: after } = await h.connection.call('domainSnapshotListAllChildren', args);
        return after.map(({ name }) => name);
      },
      reads: names,
    },
    {
      name: 'go back to a snapshot',
      given: [first, 'destroy twin'],
      virsh: 'snapshot-revert twin first',
      ours: async (h) => (await (await snapshots(h)).get('first')).revert(),
    },
    {
      name: 'go back to a snapshot and pause',
      given: [first, second],
      virsh: 'snapshot-revert twin first --paused',
      ours: async (h) => (await (await snapshots(h)).get('first')).revert({ flags: 2 }),
    },
    {
      name: 'delete a snapshot',
      given: [first, second],
      virsh: 'snapshot-delete twin second',
      ours: async (h) => (await (await snapshots(h)).get('second')).delete(),
    },
    {
      name: 'delete a snapshot and what comes after it',
      given: [first, second],
      virsh: 'snapshot-delete twin first --children',
      ours: async (h) => (await (await snapshots(h)).get('first')).delete({ flags: 1 }),
    },
  ],
};
