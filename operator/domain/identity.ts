import { createHash, hash } from 'node:crypto';
import type { VirtualMachine } from '../api/virtualmachine.ts';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** libvirt refuses uuids whose digits are all the same. */
const oneDigitPattern = /^([0-9a-f])(?:-?\1)*$/i;

/**
 * The uuid of the VM's domain: the uid of the object. The API promises uids to be unique but not to be uuids, so from any
 * other a uuid is derived in the manner of version 5 of RFC 9562.
 */
export function domainUuidOf(vm: VirtualMachine): string {
  const { uid } = vm.metadata;
  if (uuidPattern.test(uid) && !oneDigitPattern.test(uid)) return uid.toLowerCase();
  const digest = createHash('sha1').update(`vmfabric.io/domain/${uid}`).digest().subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Neither namespaces nor names of objects hold underscores, so no two VMs get one name. */
export function domainNameOf({ metadata }: VirtualMachine): string {
  return `${metadata.namespace}_${metadata.name}`;
}

/** The prefix of addresses that QEMU guests use. */
const prefix = '52:54:00';

/** The MAC address of an interface: the spec's own, or one derived from the object's uid and the interface's name. */
export function macAddressOf(
  vm: VirtualMachine,
  networkInterface: { name: string; macAddress?: string | undefined },
): string {
  if (networkInterface.macAddress) return networkInterface.macAddress.toLowerCase();
  const digest = hash('sha256', `${vm.metadata.uid}/${networkInterface.name}`, 'hex');
  return [prefix, digest.slice(0, 2), digest.slice(2, 4), digest.slice(4, 6)].join(':');
}
