import type { DomainFacts, DomainOwner } from './domain.ts';
import { TextMemo } from './text-memo.ts';
import { aliasPrefix, metadataNamespace } from './write.ts';
import { child, childrenOf, descendant, readXml, type XmlElement } from './xml.ts';

/**
 * Two texts, definition and live, of 16,000 domains. To parse one of 4 KB takes 0.6 ms, and each is asked for several times in a
 * look at its domain and is the same at nearly every look.
 */
const memo = new TextMemo(parseDomain, 32_768);

/**
 * What a domain's XML says, be it a definition or live, vmfabric's or not; what it leaves out is empty or 0. Frozen, and
 * the same object for the same text.
 * @throws XmlError when it is no well-formed XML
 */
export function readDomain(xml: string): DomainFacts {
  return memo.of(xml);
}

/** The same, read anew each time. */
export function parseDomain(xml: string): DomainFacts {
  const root = readXml(xml);
  const id = root.attributes.get('id');
  const mark = markOf(root);
  const owner = mark && ownerFrom(mark);
  const cpuModel = mark?.attributes.get('cpuModel');
  const machineType = descendant(root, 'os', 'type')?.attributes.get('machine');
  const cpuWeight = wholeNumber(descendant(root, 'cputune', 'shares')?.text);
  const kernel = kernelOf(child(root, 'os'));
  const numa = numaOf(root);
  const hugePageBytes = hugePageBytesOf(descendant(root, 'memoryBacking', 'hugepages'));
  return {
    ...(id === undefined ? {} : { id }),
    uuid: textOf(root, 'uuid').toLowerCase(),
    name: child(root, 'name')?.text ?? '',
    ...(owner ? { owner } : {}),
    hypervisorType: root.attributes.get('type')?.toUpperCase() ?? '',
    cpuCores: coresOf(child(root, 'vcpu')),
    ...(cpuModel ? { cpuModel } : {}),
    ...(machineType ? { machineType } : {}),
    memoryBytes: memoryOf(root),
    ...(hugePageBytes === undefined ? {} : { hugePageBytes }),
    ...(numa ? { numa } : {}),
    ...(cpuWeight === undefined ? {} : { cpuWeight }),
    ...(kernel ? { kernel } : {}),
    interfaces: childrenOf(child(root, 'devices'), 'interface').map(interfaceOf),
  };
}

function textOf(parent: XmlElement, name: string): string {
  return child(parent, name)?.text.trim() ?? '';
}

/** Processors that are unplugged until somebody plugs them do not count. */
function coresOf(vcpu: XmlElement | undefined): number {
  return wholeNumber(vcpu?.attributes.get('current')) ?? wholeNumber(vcpu?.text) ?? 0;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[0-9]+\s*$/.test(text) ? Number(text) : undefined;
}

/** What the guest has: less than its maximum when the balloon holds the rest. */
function memoryOf(root: XmlElement): number {
  const maximum = bytesOf(child(root, 'memory')) ?? 0;
  return Math.min(maximum, bytesOf(child(root, 'currentMemory')) ?? maximum);
}

/** Libvirt's units, by its documentation of domain XML; it answers in KiB, and takes any of these. */
const units: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  k: 2 ** 10,
  KiB: 2 ** 10,
  M: 2 ** 20,
  MiB: 2 ** 20,
  G: 2 ** 30,
  GiB: 2 ** 30,
  T: 2 ** 40,
  TiB: 2 ** 40,
};

function bytesOf(memory: XmlElement | undefined): number | undefined {
  return inBytes(memory?.text, memory?.attributes.get('unit'));
}

function inBytes(text: string | undefined, unitName = 'KiB'): number | undefined {
  const amount = wholeNumber(text);
  const unit = units[unitName];
  return amount === undefined || unit === undefined ? undefined : amount * unit;
}

function numaOf(root: XmlElement): DomainFacts['numa'] {
  const memory = descendant(root, 'numatune', 'memory')?.attributes;
  const nodeset = memory?.get('nodeset');
  if (nodeset === undefined) return undefined;
  const cpuSet = child(root, 'vcpu')?.attributes.get('cpuset') ?? '';
  return { nodeset, mode: memory?.get('mode') ?? 'strict', cpuSet };
}

function hugePageBytesOf(hugePages: XmlElement | undefined): number | undefined {
  if (!hugePages) return undefined;
  const page = child(hugePages, 'page')?.attributes;
  return inBytes(page?.get('size'), page?.get('unit')) ?? 0;
}

function kernelOf(os: XmlElement | undefined): DomainFacts['kernel'] {
  const imagePath = child(os, 'kernel')?.text;
  if (imagePath === undefined) return undefined;
  const initrdPath = child(os, 'initrd')?.text;
  const commandLine = child(os, 'cmdline')?.text ?? '';
  return { imagePath, ...(initrdPath === undefined ? {} : { initrdPath }), commandLine };
}

function interfaceOf(device: XmlElement): DomainFacts['interfaces'][number] {
  const alias = child(device, 'alias')?.attributes.get('name');
  // Live XML also tells the bridge of an interface that is plugged into one of libvirt's own networks.
  const isBridge = device.attributes.get('type') === 'bridge';
  const bridge = isBridge ? child(device, 'source')?.attributes.get('bridge') : undefined;
  return {
    ...(alias?.startsWith(aliasPrefix) ? { name: alias.slice(aliasPrefix.length) } : {}),
    macAddress: (child(device, 'mac')?.attributes.get('address') ?? '').toLowerCase(),
    ...(bridge === undefined ? {} : { bridge }),
  };
}

/** The prefix is whatever its writer chose; the namespace tells whose element it is. */
function markOf(root: XmlElement): XmlElement | undefined {
  const metadata = descendant(root, 'metadata');
  for (const candidate of metadata?.children ?? []) {
    const [prefix, local] = qualified(candidate.name);
    const declaration = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
    const scope = [candidate, metadata, root];
    const namespace = scope.map((one) => one?.attributes.get(declaration)).find((uri) => uri !== undefined);
    if (local === 'owner' && namespace === metadataNamespace) return candidate;
  }
  return undefined;
}

function qualified(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** An element without uid tells of nobody. */
function ownerFrom({ attributes }: XmlElement): DomainOwner | undefined {
  const uid = attributes.get('uid');
  if (!uid) return undefined;
  return {
    namespace: attributes.get('namespace') ?? '',
    name: attributes.get('name') ?? '',
    uid,
    // One that cannot be read must never pass for new.
    placementGeneration: wholeNumber(attributes.get('placementGeneration')) ?? 0,
  };
}

/** The one cell that the domain's memory is bound to, if it is. */
export function cellOf({ numa }: DomainFacts): number | undefined {
  return wholeNumber(numa?.nodeset);
}
