import { files } from '../files.ts';
import type { Area } from '../row.ts';
import { domain, ofNetwork, ofTwin } from '../untyped.ts';

/** What somebody who may only read is denied. libvirt's own client looks at home, this client asks the server. */
export const readerErrors: Area = {
  name: 'what a reader is denied',
  driver: 'reader',
  once: ['define twin.xml', 'start twin'],
  last: ['destroy twin', 'undefine twin'],
  rows: [
    {
      name: 'a reader destroys',
      virsh: 'destroy twin --graceful',
      ours: async (h) => (await domain(h)).destroy({ graceful: true }),
      fails: 'OPERATION_DENIED',
    },
    {
      name: 'a reader suspends',
      virsh: 'suspend twin',
      ours: async (h) => (await domain(h)).suspend(),
      fails: 'OPERATION_DENIED',
    },
    {
      name: 'a reader defines',
      virsh: 'define larger.xml --validate',
      ours: (h) => h.defineXml(files['larger.xml'], { flags: 1 }),
      fails: 'OPERATION_DENIED',
    },
    {
      name: 'a reader reads passwords',
      virsh: 'dumpxml twin --security-info',
      ours: async (h) => (await domain(h)).xml({ secure: true }),
      fails: 'OPERATION_DENIED',
    },
    {
      name: 'a reader chooses the start with the daemon',
      virsh: 'autostart twin',
      ours: async (h) => (await domain(h)).setAutostart(true),
      fails: 'OPERATION_DENIED',
    },
    {
      name: 'a reader changes vCPUs',
      virsh: 'setvcpus twin 3 --live',
      ours: (h) => ofTwin(h, 'domainSetVcpusFlags', { vcpus: 3, flags: 1 }),
      fails: 'OPERATION_DENIED',
    },
    {
      name: 'a reader stops a network',
      virsh: 'net-destroy default',
      ours: (h) => ofNetwork('default')(h, 'networkDestroy', {}),
      fails: 'OPERATION_DENIED',
    },
    {
      name: 'a reader stops a pool',
      virsh: 'pool-destroy default-pool',
      ours: async (h) => (await h.storagePool('default-pool')).destroy(),
      fails: 'OPERATION_DENIED',
    },
  ],
};
