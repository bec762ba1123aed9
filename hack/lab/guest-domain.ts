import { createHash } from 'node:crypto';
import type { GuestImage } from './guest-image.ts';

export interface GuestDomainOptions {
  name: string;
  image: GuestImage;
  /** Default: qemu, the emulator, which runs everywhere. */
  type?: 'kvm' | 'qemu';
  /** Default: 112, the least that the guest with its agent boots in. */
  memoryMiB?: number;
  /** File on the host for what the guest prints; `READY` once it is up. Default: a pty for virsh console. */
  serialPath?: string;
}

/** Domain XML of the lab's small guest with one interface on the guests' network. */
export function guestDomainXml(options: GuestDomainOptions): string {
  const { name, image, type = 'qemu', memoryMiB = 112, serialPath } = options;
  const serial = serialPath
    ? `<serial type='file'><source path='${serialPath}'/></serial>`
    : "<serial type='pty'/><console type='pty'/>";
  return `<domain type='${type}'>
  <name>${name}</name>
  <memory unit='MiB'>${memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${image.kernelPath}</kernel>
    <initrd>${image.initrdPath}</initrd>
    <cmdline>${guestCommandLine}</cmdline>
  </os>
  <features><acpi/>${type === 'qemu' ? "<tcg><tb-cache unit='MiB'>16</tb-cache></tcg>" : ''}</features>
  <cpu mode='custom' match='exact'><model>qemu64</model></cpu>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <controller type='usb' model='none'/>
    <interface type='bridge'>
      <mac address='${guestMac(name)}'/>
      <source bridge='br1'/>
      <model type='virtio'/>
    </interface>
    ${serial}
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <memballoon model='none'/>
  </devices>
</domain>
`;
}

/** The kernel's command line; without the checks and the entropy wait that cost the emulator seconds. */
export const guestCommandLine = 'console=ttyS0 quiet panic=-1 nokaslr random.trust_cpu=on no_timer_check';

/** A guest's MAC address, from its name: the same on whichever host it runs. */
export function guestMac(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex');
  return ['52:54:00', digest.slice(0, 2), digest.slice(2, 4), digest.slice(4, 6)].join(':');
}
