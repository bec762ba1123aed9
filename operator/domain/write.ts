import type { DesiredDomain, DomainInterface } from './domain.ts';
import { element, writeXml, type XmlNode } from './xml.ts';

/** Namespace of vmfabric's element in a domain's metadata. */
export const metadataNamespace = 'https://vmfabric.io/xmlns/domain/v1';
/** Libvirt keeps an alias of the user's own only if it begins so. */
export const aliasPrefix = 'ua-';

/**
 * The domain as XML for libvirt to define. What is left out, such as the emulator and PCI addresses, is for libvirt to
 * choose and to keep.
 * @throws XmlError when a value holds a character that XML cannot carry
 */
export function domainXml(domain: DesiredDomain): string {
  const accelerated = domain.hypervisorType === 'KVM';
  return writeXml(
    element(
      'domain',
      { type: accelerated ? 'kvm' : 'qemu' },
      element('name', {}, domain.name),
      element('uuid', {}, domain.uuid),
      element('metadata', {}, ownerElement(domain)),
      element('memory', { unit: 'MiB' }, String(domain.memoryBytes / 2 ** 20)),
      ...memoryBacking(domain),
      element('vcpu', { placement: 'static', cpuset: domain.numa?.cpuSet }, String(domain.cpuCores)),
      ...numaTuning(domain),
      os(domain),
      accelerated ? features() : features(element('tcg', {}, element('tb-cache', { unit: 'MiB' }, '16'))),
      cpuElement(domain),
      element('clock', { offset: 'utc' }),
      element('on_poweroff', {}, 'destroy'),
      element('on_reboot', {}, 'restart'),
      element('on_crash', {}, 'destroy'),
      element('devices', {}, ...fixedDevices, ...domain.interfaces.map(interfaceElement)),
    ),
  );
}

/** The one element that an application may have. The model as it was asked for: in what runs, libvirt spells it out. */
function ownerElement({ owner, cpuModel }: DesiredDomain): XmlNode {
  return element('vmfabric:owner', { 'xmlns:vmfabric': metadataNamespace, ...owner, cpuModel });
}

function memoryBacking({ hugePageBytes }: DesiredDomain): XmlNode[] {
  if (hugePageBytes === undefined) return [];
  const page = element('page', { size: hugePageBytes / 1024, unit: 'KiB' });
  return [element('memoryBacking', {}, element('hugepages', {}, page))];
}

/** Strict, as memory from elsewhere is what was not wanted. The emulator's own threads go where the virtual CPUs do. */
function numaTuning({ numa }: DesiredDomain): XmlNode[] {
  if (!numa) return [];
  return [element('numatune', {}, element('memory', { mode: 'strict', nodeset: numa.cell }))];
}

/** i440fx has the fewest devices for firmware and kernel to find: of QEMU's machines it boots fastest when emulated. */
function os({ kernel: { imagePath, initrdPath, commandLine }, machineType }: DesiredDomain): XmlNode {
  return element(
    'os',
    {},
    element('type', { arch: 'x86_64', machine: machineType }, 'hvm'),
    element('kernel', {}, imagePath),
    ...(initrdPath === undefined ? [] : [element('initrd', {}, initrdPath)]),
    ...(commandLine === '' ? [] : [element('cmdline', {}, commandLine)]),
  );
}

/** QEMU's cache of translated code defaults to a part of the host's memory: with small guests it is most of what they take. */
function features(...more: XmlNode[]): XmlNode {
  return element('features', {}, element('acpi'), element('apic'), ...more);
}

/**
 * The one model that means the same under every QEMU, so that an emulated guest can move to any host; `max` means
 * whatever that QEMU can emulate, and more features for the guest's kernel to set up.
 */
const emulatedCpu = element('cpu', { mode: 'custom', match: 'exact' }, element('model', {}, 'qemu64'));

function cpuElement({ hypervisorType, cpuModel }: DesiredDomain): XmlNode {
  switch (cpuModel) {
    case undefined:
      return hypervisorType === 'KVM' ? element('cpu', { mode: 'host-model' }) : emulatedCpu;
    case 'HostModel':
      return element('cpu', { mode: 'host-model' });
    case 'HostPassthrough':
      return element('cpu', { mode: 'host-passthrough' });
    default:
      return element(
        'cpu',
        { mode: 'custom', match: 'exact' },
        element('model', { fallback: 'forbid' }, cpuModel),
      );
  }
}

const fixedDevices: readonly XmlNode[] = [
  element('controller', { type: 'usb', model: 'none' }),
  element('serial', { type: 'pty' }, element('target', { port: 0 })),
  element('console', { type: 'pty' }, element('target', { type: 'serial', port: 0 })),
  element('channel', { type: 'unix' }, element('target', { type: 'virtio', name: 'org.qemu.guest_agent.0' })),
  // Every 10 s the guest is asked how its memory is; unasked it would not tell of its swap.
  element('memballoon', { model: 'virtio' }, element('stats', { period: 10 })),
  element('rng', { model: 'virtio' }, element('backend', { model: 'random' }, '/dev/urandom')),
];

function interfaceElement({ name, macAddress, bridge }: DomainInterface): XmlNode {
  return element(
    'interface',
    { type: 'bridge' },
    element('mac', { address: macAddress }),
    element('source', { bridge }),
    element('model', { type: 'virtio' }),
    element('alias', { name: `${aliasPrefix}${name}` }),
  );
}
