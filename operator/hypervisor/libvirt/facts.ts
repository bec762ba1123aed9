import { hash } from 'node:crypto';
import { type CallOptions, ErrorCode, type HostInfo, type NodeInfo } from 'node-libvirt';
import { cpuSetOf } from '../../domain/cpu-set.ts';
import { TextMemo } from '../../domain/text-memo.ts';
import { child, childrenOf, descendant, readXml, type XmlElement } from '../../domain/xml.ts';
import type { HostFacts, HugePages, NumaCell } from '../hypervisor.ts';
import { hasCode } from './errors.ts';
import { guestsOf } from './guest-hardware.ts';

/** What a host says of itself, of which the long parts are XML. */
interface Statements {
  libvirtVersion: string;
  hypervisorVersion: string;
  node: NodeInfo;
  capabilities: string;
  /** Of its kind of hypervisor, if it has any. */
  ofGuests: string | undefined;
  isKvm: boolean;
}

/** Asks one host what it is. It says the same most of the time, and is read only when it says something else. */
export class FactsReader {
  #digest: string | undefined;
  #facts: HostFacts | undefined;

  /** The same object while the host says the same. */
  async read(host: HostInfo, options: CallOptions): Promise<HostFacts> {
    const said = await ask(host, options);
    const digest = hash('sha256', JSON.stringify(said), 'base64');
    if (!this.#facts || digest !== this.#digest) this.#facts = factsIn(said);
    this.#digest = digest;
    return this.#facts;
  }
}

async function ask(host: HostInfo, options: CallOptions): Promise<Statements> {
  const [libvirtVersion, hypervisorVersion, node, capabilities] = await Promise.all([
    host.libVersion(options),
    host.hypervisorVersion(options),
    host.nodeInfo(options),
    host.capabilitiesXml(options),
  ]);
  const accelerated = await domainCapabilities(host, 'kvm', options);
  const isKvm = accelerated !== undefined && usable.of(accelerated);
  const ofGuests = isKvm ? accelerated : await domainCapabilities(host, 'qemu', options);
  return { libvirtVersion, hypervisorVersion, node, capabilities, ofGuests, isKvm };
}

function factsIn({ libvirtVersion, hypervisorVersion, ...said }: Statements): HostFacts {
  return {
    ...{ libvirtVersion, hypervisorVersion, hypervisorType: said.isKvm ? 'KVM' : 'QEMU' },
    guests: guestsOf(said.ofGuests, said.capabilities),
    ...hardwareOf(said.node, said.capabilities),
  };
}

const notOffered = [
  ErrorCode.INVALID_ARG,
  ErrorCode.CONFIG_UNSUPPORTED,
  ErrorCode.OPERATION_UNSUPPORTED,
  ErrorCode.NO_SUPPORT,
] as const;

/** Undefined when the host has no domains of this type. */
async function domainCapabilities(
  host: HostInfo,
  virtType: 'kvm' | 'qemu',
  options: CallOptions,
): Promise<string | undefined> {
  try {
    return await host.domainCapabilitiesXml({ virtType, arch: 'x86_64', machine: 'pc' }, options);
  } catch (error) {
    // libvirt does not tell of what QEMU did not offer; any other failure says nothing of the host.
    if (hasCode(error, ...notOffered)) return undefined;
    throw error;
  }
}

/**
 * Whether domain capabilities for KVM are of one that can run guests. A virtual machine may have a /dev/kvm that opens
 * and yet gives guests hardly any processor. Every processor with hardware virtualization has SSE3 (libvirt: pni), so a
 * KVM without it is such a one.
 */
export function isUsable(domainCapabilitiesXml: string): boolean {
  const modes = childrenOf(child(readXml(domainCapabilitiesXml), 'cpu'), 'mode');
  const hostModel = modes.find(({ attributes }) => attributes.get('name') === 'host-model');
  if (hostModel?.attributes.get('supported') !== 'yes') return false;
  return !childrenOf(hostModel, 'feature').some(
    ({ attributes }) => attributes.get('name') === 'pni' && attributes.get('policy') === 'disable',
  );
}

/** Hosts of one kind say the same. */
const usable = new TextMemo(isUsable, 256);

/** @throws XmlError when libvirt's capabilities are no XML */
export function hardwareOf(
  node: NodeInfo,
  capabilitiesXml: string,
): Pick<HostFacts, 'hostUUID' | 'cpu' | 'memoryBytes' | 'numaCells'> {
  const host = child(readXml(capabilitiesXml), 'host');
  const cpu = child(host, 'cpu');
  const vendor = textOf(cpu, 'vendor');
  const { sockets, cores, threads, cpus: count, memoryBytes } = node;
  return {
    hostUUID: textOf(host, 'uuid').toLowerCase(),
    cpu: {
      model: textOf(cpu, 'model') || 'unknown',
      ...(vendor ? { vendor } : {}),
      architecture: textOf(cpu, 'arch') || node.model,
      ...{ sockets, cores, threads, count },
    },
    memoryBytes,
    numaCells: childrenOf(descendant(host, 'topology', 'cells'), 'cell').map(cellOf),
  };
}

function cellOf(cell: XmlElement): NumaCell {
  const memoryKiB = Number(textOf(cell, 'memory')) || 0;
  const cpus = childrenOf(child(cell, 'cpus'), 'cpu').map(({ attributes }) => Number(attributes.get('id')));
  return {
    id: Number(cell.attributes.get('id')) || 0,
    cpus: cpus.length,
    cpuSet: cpuSetOf(cpus),
    memoryBytes: memoryKiB * 1024,
    hugePages: hugePagesOf(cell),
  };
}

/** Libvirt lists the ordinary pages with the huge ones, and counts them all anew each time that it is asked. */
function hugePagesOf(cell: XmlElement): HugePages[] {
  const pages = childrenOf(cell, 'pages').map(({ attributes, text }) => ({
    pageBytes: (Number(attributes.get('size')) || 0) * 1024,
    count: Number(text) || 0,
  }));
  const ordinary = Math.min(...pages.map(({ pageBytes }) => pageBytes));
  return pages.filter(({ pageBytes, count }) => pageBytes > ordinary && count > 0);
}

function textOf(parent: XmlElement | undefined, name: string): string {
  return child(parent, name)?.text.trim() ?? '';
}
