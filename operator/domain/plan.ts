import { isDeepStrictEqual } from 'node:util';
import { compareDomain, ownerField } from './compare.ts';
import type { DesiredDomain, DomainDifference } from './domain.ts';
import { readDomain } from './read.ts';

export type DefinitionPlan = { kind: 'define'; because: DomainDifference[] | 'missing' } | { kind: 'keep' };

/** What planning needs to know of a domain on a host; what a host tells of one fits. */
export interface SeenDomain {
  persistent: boolean;
  definitionXml: string;
  /** Absent while it does not run. */
  liveXml?: string;
}

/** Whether the host needs (another) definition, and why. Without `observed` the host has no such domain. */
export function planDefinition(desired: DesiredDomain, observed?: SeenDomain): DefinitionPlan {
  // A domain that runs without a definition would be gone with its next stop.
  if (!observed?.persistent) return { kind: 'define', because: 'missing' };
  const because = compareDomain(desired, readDomain(observed.definitionXml));
  return because.length > 0 ? { kind: 'define', because } : { kind: 'keep' };
}

/** What the guest has otherwise than its definition gives it from the next start on; empty while it does not run. */
export function restartRequired(desired: DesiredDomain, observed: SeenDomain): DomainDifference[] {
  if (observed.liveXml === undefined) return [];
  // The owner in what runs stays as it was at its start, and is nothing the guest would notice.
  return compareDomain(desired, readDomain(observed.liveXml)).filter(({ field }) => field !== ownerField);
}

/** Whether a restart of the guest would give it nothing else than it has: nothing runs, or what is defined does. */
export function runsAsDefined({ definitionXml, liveXml }: SeenDomain): boolean {
  return liveXml === undefined || isDeepStrictEqual(guestOf(definitionXml), guestOf(liveXml));
}

function guestOf(xml: string) {
  const { owner: _, ...guest } = readDomain(xml);
  return guest;
}
