import { TextMemo } from '../../domain/text-memo.ts';
import { child, childrenOf, descendant, readXml, type XmlElement } from '../../domain/xml.ts';
import type { GuestHardware } from '../hypervisor.ts';

/** Hosts of one kind say the same: of 5,000 of them one copy is kept. */
const memo = new TextMemo((json) => JSON.parse(json) as GuestHardware, 256);

/** Modes of libvirt's whose word is another one in the API. */
const modes: Readonly<Record<string, string>> = {
  'host-model': 'HostModel',
  'host-passthrough': 'HostPassthrough',
};

/**
 * What guests can have, by the domain capabilities of the host's kind of hypervisor, if it has any, and by its
 * capabilities. Frozen, and the same object for the same.
 * @throws XmlError when either is no XML
 */
export function guestsOf(domainCapabilities: string | undefined, capabilities: string): GuestHardware {
  const cpuModels = domainCapabilities === undefined ? [] : cpuModelsIn(readXml(domainCapabilities));
  const machineTypes = machinesIn(readXml(capabilities));
  return memo.of(JSON.stringify({ cpuModels: sorted(cpuModels), machineTypes: sorted(machineTypes) }));
}

function cpuModelsIn(root: XmlElement): string[] {
  const supported = childrenOf(child(root, 'cpu'), 'mode').filter(
    ({ attributes }) => attributes.get('supported') === 'yes',
  );
  return supported.flatMap((mode) => {
    const name = mode.attributes.get('name') ?? '';
    if (name !== 'custom') return modes[name] ?? [];
    const models = childrenOf(mode, 'model').filter(({ attributes }) => attributes.get('usable') === 'yes');
    return models.map(({ text }) => text.trim());
  });
}

/** Machines are listed for the architecture, and once more for types of domains that have others. */
function machinesIn(root: XmlElement): string[] {
  const guests = childrenOf(root, 'guest').filter((guest) => child(guest, 'os_type')?.text.trim() === 'hvm');
  const architectures = guests
    .map((guest) => descendant(guest, 'arch'))
    .filter((arch) => arch?.attributes.get('name') === 'x86_64');
  return architectures.flatMap((arch) => childrenOf(arch, 'machine').map(({ text }) => text.trim()));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => name !== '').sort();
}
