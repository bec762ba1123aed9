import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { bytesIn } from './bytes.ts';
import { parseDefinition, Refusal } from './refusal.ts';
import { SparseBytes } from './sparse-bytes.ts';
import { escapeXml } from './xml-text.ts';
import { childOf, childText, type XmlElement } from './xml-tree.ts';

/** What a new volume shall be. */
export interface VolumeDefinition {
  name: string;
  format: string;
  capacity: bigint;
  allocation: bigint;
}

/** A file in a pool's folder; of one that is not raw, its length and its capacity are two things. */
export class FakeVolume {
  readonly name: string;
  readonly format: string;
  capacity: bigint;
  allocation: bigint;
  content = new SparseBytes();
  /** Of the file. */
  length: bigint;

  constructor({ name, format, capacity, allocation }: VolumeDefinition) {
    this.name = name;
    this.format = format;
    this.capacity = capacity;
    this.allocation = allocation;
    this.length = format === 'raw' ? capacity : 0n;
  }

  /** A file grows with what is written behind its end. */
  write(offset: bigint, data: Uint8Array): void {
    this.content.write(Number(offset), data);
    this.#reach(offset + BigInt(data.length));
  }

  resize(capacity: bigint): void {
    this.capacity = capacity;
    if (this.format === 'raw') this.length = capacity;
  }

  copyFrom(source: FakeVolume): void {
    this.content = source.content.copy();
    this.#reach(source.length);
  }

  #reach(end: bigint): void {
    if (end > this.length) this.length = end;
    if (this.format === 'raw') this.capacity = this.length;
  }
}

/** @throws Refusal XML_ERROR without a name or a capacity */
export function readVolume(xml: string): VolumeDefinition {
  const element = parseDefinition(xml, 'volume', ErrorDomain.STORAGE);
  const name = childText(element, 'name');
  const capacity = sizeOf(element, 'capacity');
  if (name === undefined) throw wrong('the volume has no name');
  if (capacity === undefined) throw wrong('the volume has no capacity');
  const target = childOf(element, 'target');
  const format = (target && childOf(target, 'format')?.attributes['type']) ?? 'raw';
  return {
    name,
    format,
    capacity,
    allocation: sizeOf(element, 'allocation') ?? (format === 'raw' ? capacity : 0n),
  };
}

/** As libvirt gives it back. */
export function writeVolume(volume: FakeVolume, path: string): string {
  const { name, format, capacity, allocation, length } = volume;
  return `<volume type='file'>
  <name>${escapeXml(name)}</name>
  <key>${escapeXml(path)}</key>
  <capacity unit='bytes'>${capacity}</capacity>
  <allocation unit='bytes'>${allocation}</allocation>
  <physical unit='bytes'>${length}</physical>
  <target>
    <path>${escapeXml(path)}</path>
    <format type='${escapeXml(format, "'")}'/>
  </target>
</volume>
`;
}

function sizeOf(element: XmlElement, name: string): bigint | undefined {
  const child = childOf(element, name);
  return child && bytesIn(child, 'b');
}

function wrong(message: string): Refusal {
  return new Refusal(ErrorCode.XML_ERROR, message, ErrorDomain.STORAGE);
}
