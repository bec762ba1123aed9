import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { type RandomBytes, uuidOf } from './identity.ts';
import { parseDefinition, Refusal } from './refusal.ts';
import { escapeXml } from './xml-text.ts';
import { childOf, childText } from './xml-tree.ts';

/** What a host keeps of a storage pool's description. */
export interface PoolDefinition {
  readonly type: string;
  readonly name: string;
  readonly uuid: string;
  /** The folder that its volumes are in. */
  readonly path: string;
}

export interface PoolSizes {
  capacity: bigint;
  allocation: bigint;
  available: bigint;
}

/** Of pools that are folders. @throws Refusal XML_ERROR without type, name or path */
export function readPool(xml: string, random: RandomBytes): PoolDefinition {
  const element = parseDefinition(xml, 'pool', ErrorDomain.STORAGE);
  const type = element.attributes['type'];
  const name = childText(element, 'name');
  const target = childOf(element, 'target');
  const path = target && childText(target, 'path');
  if (!type) throw new Refusal(ErrorCode.XML_ERROR, 'the pool has no type', ErrorDomain.XML);
  if (name === undefined) throw wrong('the pool has no name');
  if (path === undefined) throw wrong('the pool has no target path');
  return { type, name, uuid: uuidOf(element, random, ErrorDomain.STORAGE), path };
}

/** As libvirt gives it back. */
export function writePool({ type, name, uuid, path }: PoolDefinition, sizes: PoolSizes): string {
  return `<pool type='${escapeXml(type, "'")}'>
  <name>${escapeXml(name)}</name>
  <uuid>${uuid}</uuid>
  <capacity unit='bytes'>${sizes.capacity}</capacity>
  <allocation unit='bytes'>${sizes.allocation}</allocation>
  <available unit='bytes'>${sizes.available}</available>
  <source>
  </source>
  <target>
    <path>${escapeXml(path)}</path>
  </target>
</pool>
`;
}

function wrong(message: string): Refusal {
  return new Refusal(ErrorCode.XML_ERROR, message, ErrorDomain.STORAGE);
}
