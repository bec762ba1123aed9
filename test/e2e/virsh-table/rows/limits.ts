import { pairs } from '../readings.ts';
import type { Area } from '../row.ts';
import { ofTwin, printed } from '../untyped.ts';

/** What the resources of a domain of the test driver are limited to. */
export const limits: Area = {
  name: 'limits of a domain',
  driver: 'test',
  once: ['define twin.xml', 'start twin'],
  last: ['destroy twin', 'undefine twin'],
  rows: [
    {
      name: 'its limits of memory',
      virsh: 'memtune twin',
      ours: async (h) => {
        const stringsToo = 4;
        const { nparams } = await ofTwin(h, 'domainGetMemoryParameters', { nparams: 0, flags: stringsToo });
        const args = { nparams, flags: stringsToo };
        const { params } = await ofTwin(h, 'domainGetMemoryParameters', args);
        const unlimited = 9007199254740991n;
        return Object.fromEntries(
          params.map(({ field, value }) => [field, value === unlimited ? 'unlimited' : `${value}`]),
        );
      },
      reads: pairs,
    },
    {
      name: 'the weights of its disks',
      virsh: 'blkiotune twin',
      ours: async (h) => {
        const { nparams } = await ofTwin(h, 'domainGetBlkioParameters', { nparams: 0, flags: 4 });
        return printed((await ofTwin(h, 'domainGetBlkioParameters', { nparams, flags: 4 })).params);
      },
      reads: pairs,
    },
    {
      name: 'the limits of a disk',
      virsh: 'blkdeviotune twin vda',
      ours: async (h) => {
        const args = { disk: 'vda', flags: 4 };
        const { nparams } = await ofTwin(h, 'domainGetBlockIoTune', { ...args, nparams: 0 });
        return printed((await ofTwin(h, 'domainGetBlockIoTune', { ...args, nparams })).params);
      },
      reads: pairs,
    },
    {
      name: 'the limits of a card',
      virsh: 'domiftune twin twin0',
      ours: async (h) => {
        const args = { device: 'twin0', flags: 4 };
        const { nparams } = await ofTwin(h, 'domainGetInterfaceParameters', { ...args, nparams: 0 });
        return printed((await ofTwin(h, 'domainGetInterfaceParameters', { ...args, nparams })).params);
      },
      reads: pairs,
    },
    {
      name: 'where its memory is',
      virsh: 'numatune twin',
      ours: async (h) => {
        const { nparams } = await ofTwin(h, 'domainGetNumaParameters', { nparams: 0, flags: 4 });
        const { params } = await ofTwin(h, 'domainGetNumaParameters', { nparams, flags: 4 });
        const modes = ['strict', 'preferred', 'interleave'];
        return Object.fromEntries(
          params.map(({ field, value }) => [
            field,
            field === 'numa_mode' ? modes[Number(value)] : `${value}`,
          ]),
        );
      },
      reads: pairs,
    },
  ],
};
