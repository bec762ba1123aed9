import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { bytesIn } from './bytes.ts';
import { type RandomBytes, uuidOf } from './identity.ts';
import { type MetadataElement, metadataLines, readMetadata } from './metadata.ts';
import { noNameCode, parseDefinition, Refusal } from './refusal.ts';
import { escapeXml, formatXml } from './xml-text.ts';
import { childOf, childText, elementsOf, textOf, type XmlElement } from './xml-tree.ts';

/** What a host keeps of a domain's description. Never changed, only replaced: a running domain and its definition share it. */
export interface DomainDefinition {
  readonly type: string;
  readonly name: string;
  readonly uuid: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly metadata: readonly MetadataElement[];
  readonly maxMemoryKiB: bigint;
  readonly memoryKiB: bigint;
  readonly maxVcpus: number;
  readonly vcpus: number;
  /** Everything else, as the text that it is given back as: a tree would take ten times the memory. */
  readonly rest: string;
}

const known = new Set([
  'name',
  'uuid',
  'title',
  'description',
  'metadata',
  'memory',
  'currentMemory',
  'vcpu',
]);

/** @throws Refusal with the code that libvirt has for the mistake */
export function readDomain(xml: string, random: RandomBytes): DomainDefinition {
  const element = parseDefinition(xml, 'domain', ErrorDomain.DOMAIN);
  const type = element.attributes['type'];
  if (!type) throw wrong(ErrorCode.INTERNAL_ERROR, 'the domain has no type');
  return {
    type,
    name: nameOf(element),
    uuid: uuidOf(element, random, ErrorDomain.DOMAIN),
    title: textIn(element, 'title'),
    description: textIn(element, 'description'),
    metadata: readMetadata(childOf(element, 'metadata')),
    ...memoryOf(element),
    ...vcpusOf(element),
    rest: elementsOf(element)
      .filter(({ name }) => !known.has(name))
      .map((child) => `${formatXml(child, "'", '  ')}\n`)
      .join(''),
  };
}

/** As libvirt gives it back; `id` is that of a running domain. */
export function writeDomain(definition: DomainDefinition, id?: number): string {
  const { type, name, uuid, title, description, maxVcpus, vcpus } = definition;
  const current = vcpus === maxVcpus ? '' : ` current='${vcpus}'`;
  const lines = [
    `<domain type='${escapeXml(type, "'")}'${id === undefined ? '' : ` id='${id}'`}>`,
    `  <name>${escapeXml(name)}</name>`,
    `  <uuid>${uuid}</uuid>`,
    ...(title === undefined ? [] : [`  <title>${escapeXml(title)}</title>`]),
    ...(description === undefined ? [] : [`  <description>${escapeXml(description)}</description>`]),
    ...metadataLines(definition.metadata),
    `  <memory unit='KiB'>${definition.maxMemoryKiB}</memory>`,
    `  <currentMemory unit='KiB'>${definition.memoryKiB}</currentMemory>`,
    `  <vcpu placement='static'${current}>${maxVcpus}</vcpu>`,
  ];
  return `${lines.join('\n')}\n${definition.rest}</domain>\n`;
}

function nameOf(element: XmlElement): string {
  const name = childText(element, 'name');
  if (name === undefined) throw wrong(noNameCode, 'the domain has no name');
  if (name.includes('/')) throw wrong(ErrorCode.XML_ERROR, `the name ${name} has a slash in it`);
  return name;
}

function memoryOf(element: XmlElement) {
  const maxMemoryKiB = memoryKiB(element, 'memory');
  if (maxMemoryKiB === undefined) throw wrong(ErrorCode.XML_ERROR, 'the domain has no memory');
  const current = memoryKiB(element, 'currentMemory');
  const isLess = current !== undefined && current < maxMemoryKiB;
  return { maxMemoryKiB, memoryKiB: isLess ? current : maxMemoryKiB };
}

/** With the blanks around it, as they are the user's. */
function textIn(element: XmlElement, name: string): string | undefined {
  const child = childOf(element, name);
  return (child && textOf(child)) || undefined;
}

/** Rounded up: no domain gets less than it asked for. */
function memoryKiB(element: XmlElement, name: string): bigint | undefined {
  const child = childOf(element, name);
  const bytes = child && bytesIn(child, 'KiB');
  return bytes === undefined ? undefined : (bytes + 1023n) / 1024n;
}

function vcpusOf(element: XmlElement) {
  const vcpu = childOf(element, 'vcpu');
  const maxVcpus = Number((vcpu && textOf(vcpu).trim()) || '1');
  const vcpus = Number(vcpu?.attributes['current'] ?? maxVcpus);
  if (!(maxVcpus >= 1 && vcpus >= 1 && vcpus <= maxVcpus))
    throw wrong(ErrorCode.XML_ERROR, 'the number of vCPUs is wrong');
  return { maxVcpus, vcpus };
}

function wrong(code: number, message: string): Refusal {
  return new Refusal(code, message, ErrorDomain.DOMAIN);
}
