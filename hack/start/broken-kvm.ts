import type { LabHost } from '../lab/host.ts';
import type { Lab } from '../lab/lab.ts';
import { probeVirtType } from '../lab/virt-type.ts';

/**
 * Takes /dev/kvm out of the hosts' sight where no guest runs with it, as in many nested VMs: libvirt only tries QEMU
 * without a virtual CPU, finds KVM good, and then every guest that asks for it dies at its start.
 * A host that is crashed and started sees the device again.
 */
export async function hideBrokenKvm(lab: Lab): Promise<void> {
  const [first] = lab.hosts;
  if (!first || (await probeVirtType(lab, first)) === 'kvm') return;
  await Promise.all(lab.hosts.map(hideKvm));
}

/** A regular file on a read-only mount: not even root may write to it, which is how libvirt asks for KVM. */
const hideScript = `set -e
[ -e /dev/kvm ] || exit 0
touch /run/no-kvm
mount --bind /run/no-kvm /dev/kvm
mount -o remount,ro,bind /dev/kvm
rm -rf /var/cache/libvirt/qemu/capabilities`;

async function hideKvm(host: LabHost): Promise<void> {
  await host.exec(['sh', '-c', hideScript]);
  await host.restartLibvirtd();
}
