import { systemClock } from '../kube/clock.ts';
import { hypervisorContract } from './contract/contract.ts';
import { FakeHypervisor } from './fake.ts';

const memoryBytes = 112 * 2 ** 20;

hypervisorContract('the fake', async () => {
  const hypervisor = new FakeHypervisor({ clock: systemClock });
  const host = hypervisor.addHost('host1');
  host.defaultGuest = { shutdown: { afterMs: 5 }, agent: { afterMs: 20, addresses: [['10.0.0.1']] } };
  const credentials = { ca: '', certificate: '', key: '' };
  const { outside } = host;
  return {
    hypervisor,
    target: { name: 'host1', address: 'host1', port: 16514, credentials },
    bootable: {
      hypervisorType: 'KVM',
      memoryBytes,
      kernel: { imagePath: '/vmlinuz', initrdPath: '/initrd', commandLine: 'quiet' },
      bridge: 'br0',
    },
    dividesCpus: true,
    guestTimeoutMs: 1000,
    outside: {
      start: async (uuid) => outside.start(uuid),
      destroy: async (uuid) => outside.destroy(uuid),
      undefine: async (uuid) => outside.undefine(uuid),
      suspend: async (uuid) => outside.suspend(uuid),
      save: async (uuid) => outside.save(uuid),
      snapshot: async (uuid) => outside.snapshot(uuid),
      writeFirmwareVariables: async (uuid) => outside.writeFirmwareVariables(uuid),
      edit: async (uuid, from, to) => outside.edit(uuid, (xml) => xml.replace(from, to)),
    },
    dropConnections: async () => host.dropConnections(),
    dispose: async () => {},
  };
});
