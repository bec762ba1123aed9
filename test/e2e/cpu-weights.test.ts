import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readIdentity } from '../../hack/pki.ts';
import { readDomain } from '../../operator/domain/read.ts';
import type { HostConnection } from '../../operator/hypervisor/hypervisor.ts';
import { LibvirtHypervisor } from '../../operator/hypervisor/libvirt.ts';
import { type DaemonOfTests, daemonOfTests } from './daemon-of-tests.ts';

const uuid = '6f2a4c10-0000-4000-8000-0000000000aa';
const name = 'weighed';
/** It has nothing to boot, and runs all the same. */
const xml = `<domain type='qemu'><name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type machine='pc'>hvm</type></os></domain>`;

/**
 * With the machine's own control groups, which lab hosts do not have. Where these are of both versions libvirt 9.0 would
 * look for the CPU controller in the second, which has none then.
 */
const withControlGroups = `
sed -i 's/^cgroup_controllers.*/cgroup_controllers = ["cpu"]/' /etc/libvirt/qemu.conf
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi`;

const divided = daemonOfTests(async () => ({ before: withControlGroups }));
const undivided = daemonOfTests();

/** A connection to the daemon, with a domain that is defined, until the action is over. */
async function withDomain({ daemon }: DaemonOfTests, action: (connection: HostConnection) => Promise<void>) {
  const { cert: certificate, ...more } = await readIdentity(daemon.pki.caPath, daemon.pki.client);
  const credentials = { certificate, ...more };
  const target = { name: 'h1', address: '127.0.0.1', port: daemon.tlsPort, credentials };
  const connection = await new LibvirtHypervisor().connect(target);
  try {
    await connection.define(xml);
    await action(connection);
  } finally {
    await connection.powerOff(uuid);
    await connection.undefine(uuid);
    await connection.close();
  }
}

const cpuWeight = async (connection: HostConnection) =>
  readDomain((await connection.domain(uuid))?.liveXml ?? '').cpuWeight;

/** What the kernel divides CPUs by: `cpu.weight`, or `cpu.shares` of the first version. */
async function weightOfKernel(): Promise<number> {
  const all = await readdir('/sys/fs/cgroup', { recursive: true });
  const found = all.filter((path) => path.includes(name) && /\/cpu\.(shares|weight)$/.test(path)).sort();
  const [path = 'none'] = found.filter((one) => !/\/(libvirt|emulator|vcpu\d+)\//.test(one));
  return Number(await readFile(join('/sys/fs/cgroup', path), 'utf8'));
}

it('libvirt divides CPUs by the weights of guests as long as these run, and keeps none for their next start', () =>
  withDomain(divided, async (connection) => {
    await connection.start(uuid);
    const usual = await weightOfKernel();
    expect(await cpuWeight(connection)).toBeUndefined();
    for (const weight of [300, 300, 2, 10_000]) {
      await connection.setCpuWeight(uuid, weight);
      expect([await cpuWeight(connection), await weightOfKernel()]).toEqual([weight, weight]);
    }
    await connection.powerOff(uuid);
    await connection.setCpuWeight(uuid, 300);
    await connection.start(uuid);
    expect([await cpuWeight(connection), await weightOfKernel()]).toEqual([undefined, usual]);
  }));

it('without control groups libvirt has no weights, which is told as such', () =>
  withDomain(undivided, async (connection) => {
    await connection.setCpuWeight(uuid, 300);
    await connection.start(uuid);
    await expect(connection.setCpuWeight(uuid, 300)).rejects.toMatchObject({ code: 'Unsupported' });
    expect(await cpuWeight(connection)).toBeUndefined();
  }));
