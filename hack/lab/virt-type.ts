import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from '../command.ts';
import { waitFor } from '../wait.ts';
import { guestDomainXml } from './guest-domain.ts';
import type { LabHost } from './host.ts';
import { hideKvmScript, noKvmMark } from './init-scripts.ts';
import type { Lab } from './lab.ts';

/**
 * What guests can run on: `kvm` only if a guest really came up with it, as /dev/kvm may exist and not work.
 * Found once per lab and kept in its record.
 */
export async function probeVirtType(lab: Lab, host: LabHost): Promise<'kvm' | 'qemu'> {
  const known = (await lab.state.mustRead()).virtType;
  if (known) return known;
  const found = (await bootsWithKvm(lab, host)) ? 'kvm' : 'qemu';
  await lab.state.update((state) => {
    state.virtType = found;
  });
  return found;
}

/**
 * Takes /dev/kvm out of the hosts' sight, for the lab's whole life, where no guest runs with it, as in many nested VMs:
 * libvirt only tries QEMU without a virtual CPU, finds KVM good, and then every guest that asks for it dies at its start.
 */
export async function hideBrokenKvm(lab: Lab): Promise<void> {
  const [first] = lab.hosts;
  if (!first || (await probeVirtType(lab, first)) === 'kvm') return;
  await writeFile(join(lab.dir, 'hosts', noKvmMark), '');
  await Promise.all(
    lab.hosts.map(async (host) => {
      await host.exec(['sh', '-ec', hideKvmScript]);
      await host.restartLibvirtd();
    }),
  );
}

async function bootsWithKvm(lab: Lab, host: LabHost): Promise<boolean> {
  const name = `probe-${randomUUID().slice(0, 8)}`;
  const serialPath = `/var/log/libvirt/${name}.serial`;
  const xml = guestDomainXml({ name, image: lab.guest, type: 'kvm', serialPath });
  try {
    await host.virsh(['create', '/dev/stdin'], { input: xml });
    const printed = () => readFile(join(host.dir, 'log', `${name}.serial`), 'utf8');
    await waitFor('READY from a guest under KVM', async () => (await printed()).includes('READY'), {
      timeoutMs: 15_000,
    });
    return true;
  } catch {
    return false; // refused, or started and then stuck: either way not of use
  } finally {
    await host.virsh(['destroy', name]).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error; // it never started
    });
  }
}
