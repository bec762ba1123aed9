import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guestCommandLine } from '../../hack/lab/guest-domain.ts';
import { readIdentity } from '../../hack/pki.ts';
import { compareDomain } from '../../operator/domain/compare.ts';
import { desiredDomain } from '../../operator/domain/desired.ts';
import { readDomain } from '../../operator/domain/read.ts';
import { domainCase } from '../../operator/domain/testing/arbitrary-vm.ts';
import { domainXml } from '../../operator/domain/write.ts';
import { hypervisorContract } from '../../operator/hypervisor/contract/contract.ts';
import type { ContractHost } from '../../operator/hypervisor/contract/kit.ts';
import { LibvirtHypervisor } from '../../operator/hypervisor/libvirt.ts';
import { labOfTests } from './lab-of-tests.ts';

const tests = labOfTests();

hypervisorContract('the libvirt adapter on a real host', async () => ({
  hypervisor: new LibvirtHypervisor(),
  target: await target(),
  bootable: {
    hypervisorType: 'QEMU',
    memoryBytes: 112 * 2 ** 20,
    kernel: {
      imagePath: tests.lab.guest.kernelPath,
      initrdPath: tests.lab.guest.initrdPath,
      commandLine: guestCommandLine,
    },
    bridge: 'br1',
  },
  dividesCpus: false, // a lab host has no control groups of its own
  guestTimeoutMs: 60_000,
  outside: virsh(),
  dropConnections: () => tests.host.restartLibvirtd('SIGKILL'),
  dispose: async () => {},
}));

it('any VM is defined by libvirt, fits its schema, and is read back without a difference', async () => {
  const connection = await new LibvirtHypervisor().connect(await target());
  const property = fc.asyncProperty(domainCase, async ({ vm, pool, cell }) => {
    const desired = desiredDomain(vm, pool, 'QEMU', undefined, cell); // which every lab host can
    if (desired.kind === 'problem') throw new Error(desired.message);
    // More is more than the machine type has.
    const domain = { ...desired.domain, cpuCores: Math.min(desired.domain.cpuCores, 255) };
    const xml = domainXml(domain);
    await tests.host.virsh(['define', '--validate', '/dev/stdin'], { input: xml });
    await connection.define(xml);
    try {
      const { definitionXml = '' } = (await connection.domain(domain.uuid)) ?? {};
      expect(compareDomain(domain, readDomain(definitionXml))).toEqual([]);
    } finally {
      await connection.undefine(domain.uuid);
    }
  });
  try {
    await fc.assert(property, { numRuns: 40 });
  } finally {
    await connection.close();
  }
});

async function target(): Promise<ContractHost['target']> {
  const { host, lab } = tests;
  const { cert: certificate, ...more } = await readIdentity(lab.pki.caPath, lab.pki.client);
  return { name: host.name, ...lab.clientAddressOf(host), credentials: { certificate, ...more } };
}

function virsh(): ContractHost['outside'] {
  const call = (command: string) => async (uuid: string) => void (await tests.host.virsh([command, uuid]));
  return {
    start: call('start'),
    destroy: call('destroy'),
    undefine: call('undefine'),
    suspend: call('suspend'),
    edit,
    save: call('managedsave'),
    snapshot,
    writeFirmwareVariables,
  };
}

async function edit(uuid: string, from: RegExp, to: string): Promise<void> {
  const xml = await tests.host.virsh(['dumpxml', '--inactive', uuid]);
  const changed = xml.replace(from, to);
  if (changed === xml) throw new Error(`${from} is not in ${xml}`);
  await tests.host.virsh(['define', '/dev/stdin'], { input: changed });
}

/** As one that was taken before: of a domain without disks libvirt takes none. */
async function snapshot(uuid: string): Promise<void> {
  const domain = await tests.host.virsh(['dumpxml', '--inactive', uuid]);
  const about = '<name>before</name><state>shutoff</state><creationTime>1700000000</creationTime>';
  const input = `<domainsnapshot>${about}${domain}</domainsnapshot>`;
  await tests.host.virsh(['snapshot-create', uuid, '/dev/stdin', '--redefine'], { input });
}

async function writeFirmwareVariables(uuid: string): Promise<void> {
  const [code, variables] = ['code', 'variables'].map((what) => `/var/lib/libvirt/${uuid}.${what}`);
  await tests.host.exec(['touch', `${code}`, `${variables}`]);
  const firmware = `<loader readonly='yes' type='pflash'>${code}</loader><nvram>${variables}</nvram>`;
  await edit(uuid, /<\/type>/, `</type>${firmware}`);
}
