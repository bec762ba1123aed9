import { dnsmasqCommand } from './dhcp.ts';
import { hostNetworkScript, switchNetworkScript } from './network.ts';
import type { HostState } from './state.ts';

/** Where a host keeps what it does not share with the machine: folder in the lab, and where it sees it. */
export const hostMounts = [
  ['etc', '/etc/libvirt'],
  ['lib', '/var/lib/libvirt'],
  ['cache', '/var/cache/libvirt'],
  ['log', '/var/log/libvirt'],
  ['pki', '/etc/pki'],
] as const;

/**
 * What both kinds of PID 1 do first. /run is the host's own memory: sockets and pid files are gone after a power
 * loss, and the machine's D-Bus is out of sight, where libvirtd would register guests with the machine's machined.
 * /sys is mounted anew to show this network namespace, and without cgroups, which are the machine's.
 */
const ownSystem = (hostName: string) => `set -e
umount -l -R /sys
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock
echo ${hostName} > /proc/sys/kernel/hostname
# Rules for routed traffic are not for frames between guests; the setting is one per network namespace.
for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e $f ] || echo 0 > $f; done`;

/** In the folder above the hosts' own: no host of the lab shall see /dev/kvm. */
export const noKvmMark = 'no-kvm';

/** A regular file on a read-only mount: not even root may write to it, which is how libvirt asks for KVM. */
export const hideKvmScript = `if [ -e /dev/kvm ]; then
  touch /run/no-kvm
  mount --bind /run/no-kvm /dev/kvm
  mount -o remount,ro,bind /dev/kvm
  rm -rf /var/cache/libvirt/qemu/capabilities
fi`;

/**
 * PID 1 of a host. It keeps libvirtd running and adopts the guests, so SIGKILL on it ends the host at once,
 * while guests live on when only libvirtd dies.
 */
export function hostInitScript(hostDir: string, host: HostState): string {
  const mounts = hostMounts.map(
    // /etc/pki may be missing on the machine; an empty folder there is all that a lab leaves outside its own.
    ([folder, target]) => `mkdir -p ${target}; mount --bind ${quote(`${hostDir}/${folder}`)} ${target}`,
  );
  return `${ownSystem(host.name)}
mkdir -p /run/libvirt/common
${mounts.join('\n')}
mount --bind ${quote(`${hostDir}/../names`)} /etc/hosts
${hostNetworkScript(host.address)}
if [ -e ${quote(`${hostDir}/../${noKvmMark}`)} ]; then
${hideKvmScript}
fi
set +e
while :; do
  libvirtd --listen --pid-file /run/libvirt/libvirtd.pid
  sleep 0.2
done
`;
}

/** PID 1 of the switch: two bridges that the hosts are plugged into, and the guests' DHCP server. */
export function switchInitScript(switchDir: string): string {
  const dnsmasq = dnsmasqCommand(`${switchDir}/leases`).map(quote).join(' ');
  return `${ownSystem('switch')}
${switchNetworkScript}
set +e
touch ${quote(`${switchDir}/ready`)}
while :; do
  ${dnsmasq}
  sleep 0.2
done
`;
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
