import type { HypervisorConnection } from 'node-libvirt';
import { files } from '../files.ts';
import { names, text } from '../readings.ts';
import type { Area, Look } from '../row.ts';
import { ofTwin } from '../untyped.ts';

const first = 'checkpoint-create twin checkpoint.xml';
const next = 'checkpoint-create twin next.xml';

const checkpoint = async (h: HypervisorConnection, name: string) =>
  (await ofTwin(h, 'domainCheckpointLookupByName', { name, flags: 0 })).checkpoint;

const create = (xmlDesc: string) => (h: HypervisorConnection) =>
  ofTwin(h, 'domainCheckpointCreateXml', { xmlDesc, flags: 0 });

const looks: Look[] = [
  {
    virsh: 'checkpoint-list twin --name',
    ours: async (h) =>
      (await ofTwin(h, 'domainListAllCheckpoints', { needResults: 1, flags: 0 })).checkpoints
        .map(({ name }) => name)
        .toSorted(),
    reads: names,
  },
  {
    virsh: 'checkpoint-dumpxml twin first',
    ours: async (h) => {
      const args = { checkpoint: await checkpoint(h, 'first'), flags: 0 };
      return (await h.connection.call('domainCheckpointGetXmlDesc', args)).xml;
    },
    reads: text,
  },
];

/** Checkpoints of a running domain of the test driver. */
export const checkpoints: Area = {
  name: 'checkpoints',
  driver: 'test',
  each: ['define twin.xml', 'start twin'],
  tidy: ['destroy twin', 'undefine twin --checkpoints-metadata'],
  looks,
  rows: [
    { name: 'set a checkpoint', virsh: first, ours: create(files['checkpoint.xml']) },
    {
      name: 'set a checkpoint after another',
      given: [first],
      virsh: next,
      ours: create(files['next.xml']),
    },
    {
      name: 'the checkpoint before',
      given: [first, next],
      virsh: 'checkpoint-parent twin next',
      ours: async (h) => {
        const args = { checkpoint: await checkpoint(h, 'next'), flags: 0 };
        return (await h.connection.call('domainCheckpointGetParent', args)).parent.name;
      },
      reads: text,
    },
    {
      name: 'delete a checkpoint',
      given: [first, next],
      virsh: 'checkpoint-delete twin first',
      ours: async (h) =>
        h.connection.call('domainCheckpointDelete', { checkpoint: await checkpoint(h, 'first'), flags: 0 }),
    },
  ],
};
