import { openHypervisor } from 'node-libvirt';
import { describe } from 'vitest';
import { hypervisorContract } from '../../node-libvirt/contract/contract.ts';
import { qemuDriver, testDriver } from '../../node-libvirt/contract/driver.ts';
import type { DomainParts } from '../../node-libvirt/contract/kit.ts';
import { daemonOfTests, unixTarget } from './daemon-of-tests.ts';
import { labOfTests } from './lab-of-tests.ts';

const folder = '/var/lib/libvirt/contract';
const patienceMs = 10_000;

/** Without anything to boot from: the firmware runs, and then waits. */
const domainXml =
  (type: 'test' | 'qemu', arch: string) =>
  ({ name, uuid, memoryMiB, more }: DomainParts) =>
    `<domain type='${type}'><name>${name}</name><uuid>${uuid}</uuid>${more}<memory unit='MiB'>${memoryMiB}</memory>
    <vcpu>1</vcpu><os><type arch='${arch}'>hvm</type></os></domain>`;

describe('a libvirtd of its own', () => {
  const tests = daemonOfTests();

  hypervisorContract('the test driver of a real libvirtd', {
    open: (options) => openHypervisor(unixTarget(tests.daemon), { uri: 'test:///default', ...options }),
    domainXml: domainXml('test', 'i686'),
    ...{ driver: testDriver, folder, patienceMs },
  });
});

describe('a host of a lab', () => {
  const tests = labOfTests();

  hypervisorContract('the QEMU driver of a real libvirtd', {
    open: async (options) => openHypervisor(await tests.target(), options),
    domainXml: domainXml('qemu', 'x86_64'),
    ...{ driver: qemuDriver, folder, patienceMs },
  });
});
