import type { Host } from '../../api/host.ts';
import type { HostLink } from './connections.ts';

/**
 * By this annotation an admin says that the machine behind a Host was replaced for good, so that what ran on the former
 * one runs no more. The value is the new machine's uuid: it cannot be set by mistake.
 */
export const hostUuidAnnotation = 'vmfabric.io/host-uuid';

/** The uuids of the machine that VMs were bound to, and of the one that answers in its place. */
export interface Replacement {
  former: string;
  present: string;
}

/**
 * Both uuids, when another machine answers at the Host's address than the one that its VMs were bound to: addresses were
 * swapped, or hardware was replaced. What the new one says then proves nothing about the VMs.
 */
export function replacedMachine(host: Host, link: HostLink | undefined): Replacement | undefined {
  const former = host.status?.hypervisor?.hostUUID;
  const present = link?.facts?.hostUUID;
  if (!former || !present || former === present) return undefined;
  if (host.metadata.annotations?.[hostUuidAnnotation] === present) return undefined;
  return { former, present };
}

/** One sentence and the way out. */
export function replacedMessage(host: Host, { former, present }: Replacement): string {
  const { name } = host.metadata;
  return (
    `Another machine answers for host ${name} (host uuid ${present}) than the one that its VMs are bound to (${former}), where they may still run. ` +
    `Correct the address; or if the former machine is gone for good: kubectl annotate vmhost ${name} ${hostUuidAnnotation}=${present}`
  );
}
